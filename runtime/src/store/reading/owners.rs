//! Who owns which collection: so a change in one counts for the objects that it is a part of.
//!
//! ```text
//! owners   collection oid, oid of an object or collection → varint: how many references are in it
//! owned    object oid → nothing: stamped by each state that changed what the object owns
//! ```

use std::collections::{HashMap, HashSet};

use super::scan::{Direction, KeyRange, Walk};
use crate::{
    Result,
    codec::{COLLECTION, for_each_reference},
    store::{
        envelope::Envelope,
        key::{oid_key, oid_of_key},
        num::{ClassId, Oid},
        table::Table,
        varint,
        writing::{changes::Happened, put::Before, writer::Writer},
    },
};

/// By how much the references to collections changed, by collection and owner.
#[derive(Debug, Default)]
pub(in crate::store) struct OwnerChanges(HashMap<(Oid, Oid), i64>);

impl OwnerChanges {
    /// Notes which collections a row refers to, and did before; `Err` says what is wrong with one.
    pub(in crate::store) fn note(
        &mut self,
        table: Table,
        key: &[u8],
        old: &[u8],
        new: &[u8],
    ) -> Result<(), String> {
        for (body, by) in [(old, -1), (new, 1)] {
            // Most rows refer to none, and then nothing in them looks as if they did.
            if may_refer(body) {
                self.note_all(table, key, body, by)?;
            }
        }
        Ok(())
    }

    fn note_all(&mut self, table: Table, key: &[u8], body: &[u8], by: i64) -> Result<(), String> {
        let Some((owner, _)) = oid_of_key(key) else { return Ok(()) };
        each_collection(table, body, |collection| {
            *self.0.entry((collection, owner)).or_default() += by;
        })
    }
}

/// Calls `each` with the collections that a row refers to.
pub(crate) fn each_collection(
    table: Table,
    mut body: &[u8],
    mut each: impl FnMut(Oid),
) -> Result<(), String> {
    if table == Table::Objects {
        // Class and schema stand before the values.
        let numbers = varint::take(&mut body).and_then(|_| varint::take(&mut body));
        numbers.ok_or("the row is too short")?;
    }
    let found = for_each_reference(body, |kind, payload| {
        if kind == COLLECTION {
            oid_of_key(payload).into_iter().for_each(|(oid, _)| each(oid));
        }
    });
    found.map_err(|fault| fault.to_string())
}

/// Somewhere the byte that says 'a collection' stands behind the beginning of an extension.
#[inline]
fn may_refer(body: &[u8]) -> bool {
    has(body, COLLECTION) && has_extension(body)
}

/// The byte is among these: eight are looked at together.
#[inline]
fn has(bytes: &[u8], byte: u8) -> bool {
    const ONES: u64 = u64::MAX / 0xff;
    let wanted = ONES * u64::from(byte);
    // A byte of zero, and no other, borrows from its own highest bit.
    let is_in = |eight: &[u8; 8]| {
        let differ = u64::from_le_bytes(*eight) ^ wanted;
        differ.wrapping_sub(ONES) & !differ & (ONES << 7) != 0
    };
    match bytes.last_chunk() {
        // The last ones may be looked at twice.
        Some(last) => is_in(last) || bytes.as_chunks().0.iter().any(is_in),
        None => bytes.contains(&byte),
    }
}

fn has_extension(body: &[u8]) -> bool {
    let fixed = |marker: u8| (0xd4..=0xd8).contains(&marker);
    let begins = |at: usize| at >= 1 && fixed(body[at - 1]) || at >= 2 && body[at - 2] == 0xc7;
    (0..body.len()).any(|at| body[at] == COLLECTION && begins(at))
}

impl Writer<'_> {
    /// Writes who owns what, and counts changes of collections for their owners: the last step
    /// before the changes are logged.
    pub(in crate::store) fn settle_owned(&mut self) -> Result<()> {
        self.write_owners()?;
        let mut counted = HashSet::new();
        for collection in self.changes.collections() {
            self.touch_header(collection)?;
            self.climb(collection, &mut counted)?;
        }
        Ok(())
    }

    fn write_owners(&mut self) -> Result<()> {
        let mut changes: Vec<_> = std::mem::take(&mut self.owners.0).into_iter().collect();
        changes.retain(|(_, by)| *by != 0);
        changes.sort_unstable();
        let mut key = Vec::with_capacity(18);
        for ((collection, owner), by) in changes {
            key.clear();
            key.extend_from_slice(oid_key(collection).as_bytes());
            key.extend_from_slice(oid_key(owner).as_bytes());
            let damaged = || self.store().corrupt(Table::Owners, &key, "the count is damaged");
            let before = match self.get(Table::Owners, &key)? {
                Some(mut row) => varint::take(&mut row).ok_or_else(damaged)?,
                None => 0,
            };
            let now = before.saturating_add_signed(by);
            if now == 0 {
                self.delete_raw(Table::Owners, &key)?;
            } else {
                let mut row = Vec::with_capacity(2);
                varint::put(&mut row, now);
                self.put_sealed(Table::Owners, &key, row)?;
            }
        }
        Ok(())
    }

    /// Sees to it that a changed collection's header is of this state, also if it reads as before.
    fn touch_header(&mut self, collection: Oid) -> Result<()> {
        let key = oid_key(collection);
        let Some(row) = self.get_raw(Table::Headers, key.as_bytes())? else { return Ok(()) };
        let header = self.open(Table::Headers, key.as_bytes(), row)?;
        if header.stamp != self.state {
            let body = header.body.to_vec();
            self.put(Table::Headers, key.as_bytes(), &body, Before::Touched)?;
        }
        Ok(())
    }

    /// Counts a change for the objects that own a collection, be it through other collections.
    fn climb(&mut self, collection: Oid, counted: &mut HashSet<Oid>) -> Result<()> {
        let mut seen = HashSet::new();
        let mut next = vec![collection];
        while let Some(oid) = next.pop() {
            if !seen.insert(oid) {
                continue;
            }
            let Some((class, is_new)) = self.object(oid)? else {
                next.extend(self.owners_of(oid)?);
                continue;
            };
            self.changes.counts_for(collection, oid);
            if counted.insert(oid) && !is_new {
                self.note(class, oid, Happened::Modified);
                self.put(Table::Owned, oid_key(oid).as_bytes(), &[], Before::Touched)?;
            }
        }
        Ok(())
    }

    /// The class of an object, and whether this state wrote it; none for a collection.
    fn object(&self, oid: Oid) -> Result<Option<(ClassId, bool)>> {
        let key = oid_key(oid);
        let Some(row) = self.get_raw(Table::Objects, key.as_bytes())? else { return Ok(None) };
        let object: Envelope<'_> = self.open(Table::Objects, key.as_bytes(), row)?;
        let damaged = || self.store().corrupt(Table::Objects, key.as_bytes(), "it is too short");
        let class = varint::take(&mut &object.body[..]).and_then(|class| class.try_into().ok());
        Ok(Some((ClassId(class.ok_or_else(damaged)?), object.stamp == self.state)))
    }

    /// The objects and collections that refer to a collection.
    fn owners_of(&self, collection: Oid) -> Result<Vec<Oid>> {
        let front = oid_key(collection);
        let range = KeyRange::prefix(front.as_bytes());
        let mut walk = Walk::new(self.cursor(Table::Owners)?, &range, Direction::Forward);
        let mut owners = Vec::new();
        while let Some((key, _)) = walk.next().map_err(|fault| self.failed(fault))? {
            owners.extend(oid_of_key(&key[front.as_bytes().len()..]).map(|(owner, _)| owner));
        }
        Ok(owners)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_byte_is_found_wherever_it_is(
            bytes in prop::collection::vec(prop_oneof![0..5_u8, 0x7e..0x84_u8, any::<u8>()], 0..40),
            byte in prop_oneof![0..5_u8, 0x7e..0x84_u8, any::<u8>()],
        ) {
            prop_assert_eq!(has(&bytes, byte), bytes.contains(&byte));
        }
    }
}
