//! Handles as keys: by number, so that they sort in the order of their creation.

use std::sync::Weak;

use super::{context, inside::Home, memo::Memo, reference::refer_strongly};
use crate::{
    class::Class,
    codec::key::{Key, KeyFault, KeyKind, KeyReader},
    store::Oid,
};

impl<T: Class> Key for Memo<T> {
    fn kind() -> KeyKind {
        KeyKind::Memo
    }

    /// A key that is being stored counts as a reference.
    fn write_key(&self, out: &mut Vec<u8>) {
        self.with_objects(|objects| {
            context::meet_in_key(objects);
            context::refer_in_key(|context| {
                let target = (objects, self.oid());
                refer_strongly(target, self.is_users(), || self.check_alive(), context)
            });
        });
        self.oid().0.write_key(out);
    }

    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        let oid = Oid(u64::read_key(input)?);
        if let Some(objects) = context::handed_out_from() {
            return Self::of_oid(&objects, oid).map_err(|_| KeyFault::Range);
        }
        let home = context::decoded_for().unwrap_or(Home::Going(Weak::new()));
        Ok(Self::inside(home, oid))
    }
}

crate::key_impls!([T: Class] Memo<T>);
