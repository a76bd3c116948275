//! Writing one row in its envelope over what stood there, which goes into the log.

use super::writer::Writer;
use crate::{
    Result,
    lmdb::At,
    store::{
        envelope::{self, Next},
        history::log,
        num::StateNum,
        sum::weight,
        table::Table,
        varint,
    },
};

/// What writing a row came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrote {
    Created,
    Changed,
    /// The row was like that before: nothing was written.
    Same,
}

/// Whether a row may have been there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// It was, and is to be written even if nothing changed.
    Touched,
    /// It can't have been: its oid is new, and larger than every other.
    Nothing,
    Unknown,
}

impl Writer<'_> {
    /// Writes a row; each at most once, or the past of the first would be lost.
    #[inline]
    pub(crate) fn put(
        &mut self,
        table: Table,
        key: &[u8],
        body: &[u8],
        before: Before,
    ) -> Result<Wrote> {
        if !table.is_versioned() {
            self.changed = true;
            self.put_sealed(table, key, body.to_vec())?;
            return Ok(Wrote::Changed);
        }
        self.put_versioned(table, key, body, before, table.has_owners())
    }

    /// Writes an object's row; it may [`refer`](Place::refers) to collections, or have done so.
    pub(crate) fn put_object(
        &mut self,
        key: &[u8],
        body: &[u8],
        before: Before,
        refers: bool,
    ) -> Result<Wrote> {
        self.put_versioned(Table::Objects, key, body, before, refers)
    }

    #[inline]
    fn put_versioned(
        &mut self,
        table: Table,
        key: &[u8],
        body: &[u8],
        before: Before,
        refers: bool,
    ) -> Result<Wrote> {
        let is_behind = before == Before::Nothing || self.ends.is_behind(table, key);
        let found = !is_behind && self.load_old(table, key)?;
        self.put_at(&Place { table, key, before, is_behind, found, refers }, body)
    }

    /// Writes a row that is made of what stood there: `change` gets its body, and gives the new one;
    /// an empty one deletes the row. Gives whether something changed. Each row at most once, as in
    /// [`put`](Self::put).
    pub(crate) fn change(
        &mut self,
        table: Table,
        key: &[u8],
        change: impl FnOnce(Option<&[u8]>, &mut Vec<u8>) -> Result<()>,
    ) -> Result<bool> {
        let is_behind = self.ends.is_behind(table, key);
        let found = !is_behind && self.load_old(table, key)?;
        let old = if found { Some(self.open(table, key, &self.old)?.body) } else { None };
        let mut body = std::mem::take(&mut self.body);
        body.clear();
        let (before, refers) = (Before::Unknown, table.has_owners());
        let place = Place { table, key, before, is_behind, found, refers };
        let wrote = match change(old, &mut body) {
            Ok(()) if body.is_empty() && !found => Ok(false),
            Ok(()) if body.is_empty() => self.delete(table, key),
            Ok(()) => self.put_at(&place, &body).map(|wrote| wrote != Wrote::Same),
            Err(error) => Err(error),
        };
        self.body = body;
        wrote
    }

    /// Writes the row of a key that is [behind](super::ends::Ends::is_behind) all others of a table.
    pub(in crate::store) fn put_behind(
        &mut self,
        table: Table,
        key: &[u8],
        body: &[u8],
    ) -> Result<()> {
        self.put_new(table, key, body, At::End)?;
        self.changed = true;
        self.ends.raise(table, key);
        Ok(())
    }

    /// Writes a body where it belongs; `self.old` is what was found there.
    fn put_at(&mut self, place: &Place<'_>, body: &[u8]) -> Result<Wrote> {
        let Place { table, key, is_behind, found, .. } = *place;
        let wrote = if found {
            self.put_over(place, body)?
        } else {
            if place.refers {
                let noted = self.owners.note(table, key, &[], body);
                noted.map_err(|why| self.store.corrupt(table, key, &why))?;
            }
            let at = if is_behind { At::End } else { At::Key };
            if place.before == Before::Nothing {
                self.put_row(table, key, Front::First, body, at)?;
            } else {
                self.put_new(table, key, body, at)?;
            }
            Wrote::Created
        };
        if wrote == Wrote::Same {
            return Ok(wrote);
        }
        self.changed = true;
        if table == Table::Elements && self.keeping.keeps_old {
            self.changes.element(key, wrote == Wrote::Created);
        }
        if is_behind {
            self.ends.raise(table, key);
        } else if !found {
            self.note_end(table, key)?;
        }
        Ok(wrote)
    }

    /// Writes the row of a key that has none; it may have had one.
    #[inline]
    fn put_new(&mut self, table: Table, key: &[u8], body: &[u8], at: At) -> Result<()> {
        let had_one = self.head.gone[table.index()] > 0 && self.revive(table, key, body.len())?;
        let front = if had_one { Front::Made } else { Front::First };
        self.put_row(table, key, front, body, at)
    }

    /// Writes a body over the row in `self.old`, which was found last in its table.
    fn put_over(&mut self, place: &Place<'_>, body: &[u8]) -> Result<Wrote> {
        let Place { table, key, before, refers, .. } = *place;
        let old = self.open(table, key, &self.old)?;
        if old.body == body && before != Before::Touched {
            return Ok(Wrote::Same);
        }
        if old.stamp >= self.state {
            return Err(self.store.corrupt(table, key, "one commit writes it twice"));
        }
        if refers {
            let noted = self.owners.note(table, key, old.body, body);
            noted.map_err(|why| self.store.corrupt(table, key, &why))?;
        }
        let mut front = Front::First;
        if self.keeping.keeps_old {
            front = Front::Made;
            let next = Next::Body(body.len());
            old.put_next(self.state, next, self.head.oldest, &mut self.front);
            self.log_old(table, key)?;
        }
        self.put_row(table, key, front, body, At::Found)?;
        Ok(Wrote::Changed)
    }

    /// Writes a row straight to where it will stand.
    #[inline]
    fn put_row(
        &mut self,
        table: Table,
        key: &[u8],
        front: Front,
        body: &[u8],
        at: At,
    ) -> Result<()> {
        let front = match front {
            Front::First => self.firsts.before(body.len()),
            Front::Made => &self.front,
        };
        // What is written over was found last.
        let before = if at == At::Found { weight(&self.old) } else { 0 };
        let (recording, sum) = (&mut self.recording, &mut self.head.sum);
        let put = self.txn.put_parts(self.store.table(table), key, [front, body], at, |row| {
            envelope::seal(table, key, row);
            *sum = sum.wrapping_sub(before).wrapping_add(weight(row));
            if let Some(recording) = recording {
                recording.row(table, key, Some(row));
            }
        });
        put.map_err(|fault| self.failed(fault))
    }

    /// Copies the row at `key` to `self.old`: LMDB gives no slice that outlives the next write.
    pub(in crate::store) fn load_old(&mut self, table: Table, key: &[u8]) -> Result<bool> {
        self.old.clear();
        let row = self.txn.get(self.store.table(table), key).map_err(|fault| self.failed(fault))?;
        self.old.extend_from_slice(row.unwrap_or_default());
        Ok(row.is_some())
    }

    /// Makes the front of the row of a key that had been deleted, with its past, for a body of so many
    /// bytes; false if it never was there.
    fn revive(&mut self, table: Table, key: &[u8], len: usize) -> Result<bool> {
        let Some(deleted) = self.take_gone(table, key)? else { return Ok(false) };
        if !self.keeping.keeps_old {
            return Ok(false);
        }
        log::old_key(deleted, table, key, &mut self.log_key);
        let last = self
            .txn
            .get(self.store.table(Table::Log), &self.log_key)
            .map_err(|fault| self.failed(fault))?;
        let Some(last) = last else { return Ok(false) }; // its past has been pruned
        let (mut tombstone, mut front) = (Vec::new(), Vec::new());
        let oldest = self.head.oldest;
        self.open(table, key, last)?.put_next(deleted, Next::Tombstone, oldest, &mut tombstone);
        envelope::seal(table, key, &mut tombstone);
        let next = Next::Body(len);
        self.open(table, key, &tombstone)?.put_next(self.state, next, oldest, &mut front);
        (self.old, self.front) = (tombstone, front);
        self.log_old(table, key)?;
        Ok(true)
    }

    fn take_gone(&mut self, table: Table, key: &[u8]) -> Result<Option<StateNum>> {
        log::gone_key(table, key, &mut self.log_key);
        let id = self.store.table(Table::Gone);
        let row = self.txn.get(id, &self.log_key).map_err(|fault| self.failed(fault))?;
        let Some(row) = row else { return Ok(None) };
        let mut row = self.strip(Table::Gone, &self.log_key, row)?;
        let deleted = varint::take(&mut row).map(StateNum);
        let deleted = deleted
            .ok_or_else(|| self.store.corrupt(Table::Gone, &self.log_key, "the row is damaged"))?;
        let key = std::mem::take(&mut self.log_key);
        self.delete_raw(Table::Gone, &key)?;
        self.log_key = key;
        self.head.gone[table.index()] -= 1;
        Ok(Some(deleted))
    }
}

/// Where a row belongs.
struct Place<'k> {
    table: Table,
    key: &'k [u8],
    before: Before,
    /// Behind all others of its table.
    is_behind: bool,
    /// It was there before.
    found: bool,
    /// It may refer to collections, or have done so.
    refers: bool,
}

/// What stands before a body.
#[derive(Clone, Copy)]
enum Front {
    /// That of a row without a past.
    First,
    /// What was made last in the writer's `front`.
    Made,
}
