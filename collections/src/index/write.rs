//! Changing an index.

use db0_runtime::{
    Result,
    codec::{
        key::{IntoKey, Key},
        sole_reference,
    },
    object::{Handle, RowWriter},
};

use super::{handle::Index, read::entry_key, row::Place};
use crate::{
    handle::writer,
    header::{Header, Kind},
    misuse::expect,
    sorted::{Change, Many, OneOf, Stored, insert_referring, put_short},
};

/// What tells the entries of a key apart: the payload of the reference that is the value.
fn suffix_in(reference: &[u8]) -> &[u8] {
    sole_reference(reference).map_or(&[], |(_, payload)| payload)
}

/// An entry to be added.
struct New {
    key: Stored,
    reference: Vec<u8>,
}

impl New {
    fn of<K: Key, M: Handle>(
        writer: &mut RowWriter,
        key: &impl IntoKey<K>,
        memo: &M,
    ) -> Result<Self> {
        let key = Stored::of(writer, key)?;
        let mut reference = Vec::new();
        writer.refer(memo, &mut reference)?;
        Ok(Self { key, reference })
    }

    fn suffix(&self) -> &[u8] {
        suffix_in(&self.reference)
    }

    /// Adds it; false if it was there.
    fn add(&self, change: &mut Change) -> Result<bool> {
        if change.has(&self.key, self.suffix())? {
            return Ok(false);
        }
        let place = Place { reference: &self.reference, number: change.take_number() };
        let mut value = Vec::with_capacity(self.reference.len() + 10);
        place.encode(&mut value);
        change.put_new(&self.key, self.suffix(), &value)?;
        Ok(true)
    }
}

impl<K: Key, M: Handle> Index<K, M> {
    /// Adds an object under a key; false if it was there.
    #[track_caller]
    pub fn add(&self, key: K, memo: &M) -> bool {
        expect(self.try_add(key, memo))
    }

    /// As [`add`](Self::add), with the failure as a value.
    #[track_caller]
    pub fn try_add(&self, key: K, memo: &M) -> Result<bool> {
        if let Some(added) =
            insert_referring(&self.anchor, &key, memo, |reference, header, row| {
                let number = Header::number_next(header);
                let place = number.map(|number| Place { reference, number });
                place.inspect(|place| place.encode(row)).is_some()
            })?
        {
            return Ok(added);
        }
        let mut writer = writer(&self.anchor)?;
        let new = New::of(&mut writer, &key, memo)?;
        let mut found = false;
        let suffix = new.suffix();
        let put = put_short(&mut writer, &new.key, suffix, |old, header, row| {
            found = old.is_some();
            let number = if found { None } else { Header::number_next(header) };
            let place = number.map(|number| Place { reference: &new.reference, number });
            place.inspect(|place| place.encode(row)).is_some()
        })?;
        if put || found {
            return Ok(put);
        }
        let mut change = Change::with(writer, Kind::Index)?;
        let added = new.add(&mut change)?;
        if added {
            change.finish()?;
        }
        Ok(added)
    }

    /// Adds many objects under their keys, all in one step.
    #[track_caller]
    pub fn extend<Q: IntoKey<K>>(&self, entries: impl IntoIterator<Item = (Q, M)>) {
        expect(self.try_extend(entries));
    }

    /// As [`extend`](Self::extend), with the failure as a value.
    #[track_caller]
    pub fn try_extend<Q: IntoKey<K>>(
        &self,
        entries: impl IntoIterator<Item = (Q, M)>,
    ) -> Result<()> {
        let mut entries = entries.into_iter().peekable();
        if entries.peek().is_none() {
            return Ok(());
        }
        let mut writer = writer(&self.anchor)?;
        // The user's iterator may do anything: the index is looked at when it has ended.
        let mut all = Many::default();
        for (key, memo) in entries {
            all.push_with::<K>(&mut writer, &key, |writer, reference| {
                let start = reference.len();
                writer.refer(&memo, reference)?;
                Ok(suffix_in(&reference[start..]).len())
            })?;
        }
        all.sort();
        let mut change = Change::with(writer, Kind::Index)?;
        change.expect(&all);
        let end = change.end()?;
        let mut last: Option<OneOf<'_>> = None;
        let mut value = Vec::new();
        for one in all.iter() {
            let (key, reference) = (one.key, one.value());
            let again = last.is_some_and(|last| last.is_twin_of(&one));
            if !again && (end.is_before(key.key) || !change.has(key, one.suffix)?) {
                value.clear();
                Place { reference, number: change.take_number() }.encode(&mut value);
                change.put_new(key, one.suffix, &value)?;
            } else {
                change.uncount(key, reference)?;
            }
            last = Some(one);
        }
        change.finish()?;
        Ok(())
    }

    /// Takes an object out from under a key; false if it was not there.
    #[track_caller]
    pub fn remove(&self, key: impl IntoKey<K>, memo: &M) -> bool {
        expect(self.try_remove(key, memo))
    }

    /// As [`remove`](Self::remove), with the failure as a value.
    #[track_caller]
    pub fn try_remove(&self, key: impl IntoKey<K>, memo: &M) -> Result<bool> {
        if self.anchor.reader()?.is_none() {
            return Ok(false);
        }
        let writer = writer(&self.anchor)?;
        let Some((key, suffix)) = entry_key(writer.reader(), &key, memo)? else { return Ok(false) };
        let mut change = Change::with(writer, Kind::Index)?;
        let found = change.delete(&key, &suffix)?.is_some();
        if found {
            change.finish()?;
        }
        Ok(found)
    }
}
