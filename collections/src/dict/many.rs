//! Changing many entries of a dict in one step.

use db0_runtime::{
    Result,
    codec::key::{IntoKey, Key, KeyRange},
};
use serde::{Serialize, de::DeserializeOwned};

use super::handle::Dict;
use crate::{
    handle::writer,
    header::Kind,
    misuse::expect,
    sorted::{self, Change, Many, Pairs, Projection, Span},
};

impl<K: Key, V: Serialize> Dict<K, V> {
    /// Puts many values under their keys, all in one step. Of equal keys the last one counts.
    #[track_caller]
    pub fn extend<Q: IntoKey<K>>(&self, entries: impl IntoIterator<Item = (Q, V)>) {
        expect(self.try_extend(entries));
    }

    /// As [`extend`](Self::extend), with the failure as a value.
    #[track_caller]
    pub fn try_extend<Q: IntoKey<K>>(
        &self,
        entries: impl IntoIterator<Item = (Q, V)>,
    ) -> Result<()> {
        let mut entries = entries.into_iter().peekable();
        if entries.peek().is_none() {
            return Ok(());
        }
        let mut writer = writer(&self.anchor)?;
        // The user's iterator may do anything: the dict is looked at when it has ended.
        let mut new = Many::default();
        for (key, value) in entries {
            new.push::<K, V>(&mut writer, &key, &value)?;
        }
        let mut change = Change::with(writer, Kind::Dict)?;
        change.put_all(new)?;
        change.finish()?;
        Ok(())
    }
}

impl<K: Key, V> Dict<K, V> {
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
        Change::begin(&self.anchor, Kind::Dict)?.clear()
    }
}

impl<K: Key, V> Dict<K, V> {
    /// Removes the entries of a range of keys, without looking at what they hold; gives how many there were.
    #[track_caller]
    pub fn remove_range(&self, range: impl KeyRange<K>) -> usize {
        expect(self.try_remove_range(range))
    }

    /// As [`remove_range`](Self::remove_range), with the failure as a value.
    #[track_caller]
    pub fn try_remove_range(&self, range: impl KeyRange<K>) -> Result<usize> {
        let span = Span::asked::<K>(&self.anchor, || range.bounds())?;
        sorted::delete_where(&self.anchor, Kind::Dict, span, |_, _| Ok(Some(0)))
    }
}

impl<K: Key, V: DeserializeOwned> Dict<K, V> {
    /// Keeps the entries for which `keep` says so.
    #[track_caller]
    pub fn retain(&self, keep: impl FnMut(&K, &V) -> bool) {
        expect(self.try_retain(keep));
    }

    /// As [`retain`](Self::retain), with the failure as a value.
    #[track_caller]
    pub fn try_retain(&self, mut keep: impl FnMut(&K, &V) -> bool) -> Result<()> {
        sorted::delete_where(&self.anchor, Kind::Dict, Span::ALL, |reader, item| {
            let (key, value) = Pairs::read(reader, item.key, item.value)?;
            Ok((!keep(&key, &value)).then_some(0))
        })
        .map(drop)
    }

    /// Takes all entries out.
    #[track_caller]
    pub fn drain(&self) -> std::vec::IntoIter<(K, V)> {
        expect(self.try_drain()).into_iter()
    }

    /// As [`drain`](Self::drain), with the failure as a value.
    #[track_caller]
    pub fn try_drain(&self) -> Result<Vec<(K, V)>> {
        if self.anchor.reader()?.is_none() {
            return Ok(Vec::new());
        }
        let writer = writer(&self.anchor)?;
        let entries = self.try_to_vec()?;
        Change::with(writer, Kind::Dict)?.clear()?;
        Ok(entries)
    }
}
