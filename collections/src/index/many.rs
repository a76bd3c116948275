//! Taking entries out of an index: all, some, or those at its ends.

use db0_runtime::{
    Result,
    codec::key::{Key, KeyRange},
    object::{Handle, RowReader},
};

use super::{
    handle::Index,
    row::{object_number, suffix},
};
use crate::{
    handle::writer,
    header::Kind,
    misuse::expect,
    sorted::{Change, Item, Span, delete_where},
};

impl<K, M> Index<K, M> {
    /// Removes all entries.
    #[track_caller]
    pub fn clear(&self) {
        expect(self.try_clear());
    }

    /// As [`clear`](Self::clear), with the failure as a value.
    #[track_caller]
    pub fn try_clear(&self) -> Result<()> {
        if self.anchor.reader()?.is_none() {
            return Ok(());
        }
        Change::begin(&self.anchor, Kind::Index)?.clear()
    }
}

impl<K: Key, M: Handle> Index<K, M> {
    /// Keeps the entries for which `keep` says so.
    #[track_caller]
    pub fn retain(&self, keep: impl FnMut(&K, &M) -> bool) {
        expect(self.try_retain(keep));
    }

    /// As [`retain`](Self::retain), with the failure as a value.
    #[track_caller]
    pub fn try_retain(&self, mut keep: impl FnMut(&K, &M) -> bool) -> Result<()> {
        delete_where(&self.anchor, Kind::Index, Span::ALL, |reader, item| {
            let key = reader.decode_key_in_front(item.key)?;
            let memo = M::of_number(reader.objects(), object_number(reader, item)?)?;
            if keep(&key, &memo) { Ok(None) } else { Ok(Some(suffix_of(reader, item)?.len())) }
        })
        .map(drop)
    }

    /// Removes the entries of a range of keys, without looking at what they hold; gives how many there were.
    #[track_caller]
    pub fn remove_range(&self, range: impl KeyRange<K>) -> usize {
        expect(self.try_remove_range(range))
    }

    /// As [`remove_range`](Self::remove_range), with the failure as a value.
    #[track_caller]
    pub fn try_remove_range(&self, range: impl KeyRange<K>) -> Result<usize> {
        let span = Span::asked::<K>(&self.anchor, || range.bounds())?;
        delete_where(&self.anchor, Kind::Index, span, |reader, item| {
            suffix_of(reader, item).map(|suffix| Some(suffix.len()))
        })
    }

    /// Takes all entries out.
    #[track_caller]
    pub fn drain(&self) -> std::vec::IntoIter<(K, M)> {
        expect(self.try_drain()).into_iter()
    }

    /// As [`drain`](Self::drain), with the failure as a value.
    #[track_caller]
    pub fn try_drain(&self) -> Result<Vec<(K, M)>> {
        if self.anchor.reader()?.is_none() {
            return Ok(Vec::new());
        }
        let writer = writer(&self.anchor)?;
        let entries = self.try_to_vec()?;
        Change::with(writer, Kind::Index)?.clear()?;
        Ok(entries)
    }

    /// Takes the entry with the smallest key out.
    #[track_caller]
    pub fn pop_first(&self) -> Option<(K, M)> {
        expect(self.try_pop_first())
    }

    /// As [`pop_first`](Self::pop_first), with the failure as a value.
    #[track_caller]
    pub fn try_pop_first(&self) -> Result<Option<(K, M)>> {
        self.pop(false)
    }

    /// Takes the entry with the largest key out.
    #[track_caller]
    pub fn pop_last(&self) -> Option<(K, M)> {
        expect(self.try_pop_last())
    }

    /// As [`pop_last`](Self::pop_last), with the failure as a value.
    #[track_caller]
    pub fn try_pop_last(&self) -> Result<Option<(K, M)>> {
        self.pop(true)
    }

    #[track_caller]
    fn pop(&self, last: bool) -> Result<Option<(K, M)>> {
        if self.anchor.reader()?.is_none() {
            return Ok(None);
        }
        let mut change = Change::begin(&self.anchor, Kind::Index)?;
        let Some((key, value)) = change.end_entry(last)? else { return Ok(None) };
        let item = Item { key: &key, value: &value };
        let (key, suffix) = parts(change.writer.reader(), item)?;
        let number = object_number(change.writer.reader(), item)?;
        let memo = M::of_number(change.writer.reader().objects(), number)?;
        let entry = (change.writer.decode_key(&key)?, memo);
        change.delete(&key, &suffix)?;
        change.finish()?;
        Ok(Some(entry))
    }
}

/// The key of an entry, and its suffix.
fn parts(reader: &RowReader, item: Item<'_>) -> Result<(Vec<u8>, Vec<u8>)> {
    let suffix = suffix_of(reader, item)?;
    let key = &item.key[..item.key.len() - suffix.len()];
    Ok((key.to_vec(), suffix))
}

/// What stands behind the key of an entry.
fn suffix_of(reader: &RowReader, item: Item<'_>) -> Result<Vec<u8>> {
    let damaged = || reader.damaged("an entry of the index is damaged");
    let suffix = suffix(item.value).ok_or_else(damaged)?;
    if item.key.ends_with(suffix) { Ok(suffix.to_vec()) } else { Err(damaged()) }
}
