//! Changing single entries of a dict.

use db0_runtime::{
    Result,
    codec::{
        decode,
        key::{IntoKey, Key},
    },
    object::{RowWriter, is_plain},
};
use serde::{Serialize, de::DeserializeOwned};

use super::handle::Dict;
use crate::{
    handle::writer,
    header::{Header, Kind},
    misuse::expect,
    sorted::{self, Change, Entry, Stored, encode_value, put_plain, put_short},
};

impl<K: Key, V: Serialize + DeserializeOwned> Dict<K, V> {
    /// Puts a value under a key; gives the one that was there.
    #[track_caller]
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        expect(self.try_insert(key, value))
    }

    /// As [`insert`](Self::insert), with the failure as a value.
    #[track_caller]
    pub fn try_insert(&self, key: K, value: V) -> Result<Option<V>> {
        let mut old = None;
        if put_plain(&self.anchor, &key, &value, |found, header| replace(found, header, &mut old))?
        {
            return Ok(old);
        }
        let mut writer = writer(&self.anchor)?;
        let key = Stored::of(&mut writer, &key)?;
        put::<K, V>(writer, &key, &value)
    }

    /// Changes the value of a key, and puts it back; false if there is none.
    #[track_caller]
    pub fn update(&self, key: impl IntoKey<K>, change: impl FnOnce(&mut V)) -> bool {
        expect(self.try_update(key, change))
    }

    /// As [`update`](Self::update), with the failure as a value.
    #[track_caller]
    pub fn try_update(&self, key: impl IntoKey<K>, change: impl FnOnce(&mut V)) -> Result<bool> {
        self.update_with(&key, None, change)
    }

    /// Changes the value of a key, or `default` if there is none, and puts it there.
    #[track_caller]
    pub fn update_or(&self, key: impl IntoKey<K>, default: V, change: impl FnOnce(&mut V)) {
        expect(self.try_update_or(key, default, change));
    }

    /// As [`update_or`](Self::update_or), with the failure as a value.
    #[track_caller]
    pub fn try_update_or(
        &self,
        key: impl IntoKey<K>,
        default: V,
        change: impl FnOnce(&mut V),
    ) -> Result<()> {
        self.update_with(&key, Some(default), change).map(drop)
    }

    /// The value of a key; if there is none, `default`, which is put there.
    #[track_caller]
    pub fn get_or_insert(&self, key: impl IntoKey<K>, default: V) -> V {
        expect(self.try_get_or_insert(key, default))
    }

    /// As [`get_or_insert`](Self::get_or_insert), with the failure as a value.
    #[track_caller]
    pub fn try_get_or_insert(&self, key: impl IntoKey<K>, default: V) -> Result<V> {
        self.try_get_or_insert_with(key, || default)
    }

    /// The value of a key; if there is none, what `make` makes, which is put there.
    #[track_caller]
    pub fn get_or_insert_with(&self, key: impl IntoKey<K>, make: impl FnOnce() -> V) -> V {
        expect(self.try_get_or_insert_with(key, make))
    }

    /// As [`get_or_insert_with`](Self::get_or_insert_with), with the failure as a value.
    #[track_caller]
    pub fn try_get_or_insert_with(
        &self,
        key: impl IntoKey<K>,
        make: impl FnOnce() -> V,
    ) -> Result<V> {
        // Most often it is there, and nobody needs the turn.
        if let Some(found) = self.try_get(&key)? {
            return Ok(found);
        }
        let mut writer = writer(&self.anchor)?;
        let key = Stored::of(&mut writer, &key)?;
        if let Some(found) = sorted::find(writer.reader(), &key.key, &[])? {
            return writer.reader().decode(&found);
        }
        let value = make();
        put::<K, V>(writer, &key, &value)?;
        Ok(value)
    }

    #[track_caller]
    fn update_with(
        &self,
        key: &impl IntoKey<K>,
        default: Option<V>,
        change: impl FnOnce(&mut V),
    ) -> Result<bool> {
        if default.is_none() && self.anchor.reader()?.is_none() {
            return Ok(false);
        }
        let mut writer = writer(&self.anchor)?;
        let key = Stored::of(&mut writer, key)?;
        let found = sorted::find(writer.reader(), &key.key, &[])?;
        let found = found.map(|value| writer.reader().decode(&value)).transpose()?;
        let Some(mut value) = found.or(default) else { return Ok(false) };
        change(&mut value);
        put::<K, V>(writer, &key, &value)?;
        Ok(true)
    }
}

impl<K: Key, V: DeserializeOwned> Dict<K, V> {
    /// Takes the entry of a key out; gives its value.
    #[track_caller]
    pub fn remove(&self, key: impl IntoKey<K>) -> Option<V> {
        expect(self.try_remove(key))
    }

    /// As [`remove`](Self::remove), with the failure as a value.
    #[track_caller]
    pub fn try_remove(&self, key: impl IntoKey<K>) -> Result<Option<V>> {
        if self.anchor.reader()?.is_none() {
            return Ok(None);
        }
        let writer = writer(&self.anchor)?;
        let mut bytes = Vec::new();
        if !writer.reader().find_key(&key, &mut bytes)? {
            return Ok(None);
        }
        let mut change = Change::with(writer, Kind::Dict)?;
        let Some(old) = change.delete(&bytes, &[])? else { return Ok(None) };
        let value = value_of(&change.writer, &old)?;
        change.finish()?;
        Ok(Some(value))
    }

    /// Takes the entry with the smallest key out.
    #[track_caller]
    pub fn pop_first(&self) -> Option<(K, V)> {
        expect(self.try_pop_first())
    }

    /// As [`pop_first`](Self::pop_first), with the failure as a value.
    #[track_caller]
    pub fn try_pop_first(&self) -> Result<Option<(K, V)>> {
        self.pop(false)
    }

    /// Takes the entry with the largest key out.
    #[track_caller]
    pub fn pop_last(&self) -> Option<(K, V)> {
        expect(self.try_pop_last())
    }

    /// As [`pop_last`](Self::pop_last), with the failure as a value.
    #[track_caller]
    pub fn try_pop_last(&self) -> Result<Option<(K, V)>> {
        self.pop(true)
    }

    #[track_caller]
    fn pop(&self, last: bool) -> Result<Option<(K, V)>> {
        if self.anchor.reader()?.is_none() {
            return Ok(None);
        }
        let mut change = Change::begin(&self.anchor, Kind::Dict)?;
        let Some((bytes, value)) = change.end_entry(last)? else { return Ok(None) };
        let key = change.writer.decode_key(&bytes)?;
        let value = change.writer.decode(&value)?;
        change.delete(&bytes, &[])?;
        change.finish()?;
        Ok(Some((key, value)))
    }
}

fn value_of<V: DeserializeOwned>(writer: &RowWriter, row: &[u8]) -> Result<V> {
    let entry = Entry::parse(row).ok_or_else(|| writer.reader().damaged("an entry is damaged"))?;
    writer.decode(entry.value)
}

/// Puts a value under a key, and publishes that; gives the one that was there.
fn put<K: Key, V: Serialize + DeserializeOwned>(
    mut writer: RowWriter,
    key: &Stored,
    value: &V,
) -> Result<Option<V>> {
    let mut bytes = Vec::new();
    encode_value::<K, V>(&mut writer, key, value, &mut bytes)?;
    let mut old = None;
    let put = put_short(&mut writer, key, &[], |found, header, row| {
        row.extend_from_slice(&bytes);
        replace(found, header, &mut old)
    })?;
    if put {
        return Ok(old);
    }
    let mut change = Change::with(writer, Kind::Dict)?;
    let old = change.put(key, &[], &bytes)?;
    let old = old.map(|row| value_of(&change.writer, &row)).transpose()?;
    change.finish()?;
    Ok(old)
}

/// Gives `old` the value that is replaced, or counts a new one; false where that would take the
/// user's code.
fn replace<V: DeserializeOwned>(
    found: Option<&[u8]>,
    header: &mut Vec<u8>,
    old: &mut Option<V>,
) -> bool {
    let Some(found) = found else { return Header::lengthen(header, Kind::Dict) };
    *old = is_plain::<V>().then(|| decode(found).ok()).flatten();
    old.is_some()
}
