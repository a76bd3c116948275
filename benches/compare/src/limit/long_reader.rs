//! Raw LMDB without a history, and a reader that goes on: what it costs the file.

use super::{
    people::{Limit, body},
    rows,
};
use crate::person::Person;

impl Limit {
    /// A read that goes on until it is dropped, as a long reader's does.
    pub(crate) fn hold(&self) -> impl Drop {
        self.env.read()
    }

    /// Writes some people anew in one commit; nothing is kept of what they were.
    pub(crate) fn rewrite<'p>(
        &self,
        state: u64,
        people: impl IntoIterator<Item = (u64, &'p Person)>,
    ) {
        let mut txn = self.env.write();
        let (mut key, mut row) = (Vec::new(), Vec::new());
        for (oid, person) in people {
            rows::oid_key(oid, &mut key);
            rows::begin(&mut row, state, None);
            body(person, &mut row);
            rows::seal(&mut row, rows::OBJECTS, &key);
            txn.put(self.objects, &key, &row);
        }
        self.end(txn);
    }
}
