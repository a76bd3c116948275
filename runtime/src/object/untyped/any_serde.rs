//! Untyped handles as serde values: the same references as typed ones.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{
    any::{AnyMemo, Inner},
    export,
};
use crate::{
    codec::is_codec,
    object::handles::{context, inside::Inside, reference},
};

impl Serialize for AnyMemo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !is_codec::<S::Error>() && export::is_exporting() {
            return export::untyped(self, serializer);
        }
        let objects = self.objects();
        let target = (objects.as_ref(), self.oid());
        reference::serialize(target, self.is_users(), || self.check_alive(), serializer)
    }
}

impl<'de> Deserialize<'de> for AnyMemo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (home, oid) = reference::deserialize(deserializer)?;
        match context::handed_out_from() {
            Some(objects) => Self::of_oid(&objects, oid).map_err(de::Error::custom),
            None => Ok(Self(Inner::Inside(Inside::new(home, oid)))),
        }
    }
}
