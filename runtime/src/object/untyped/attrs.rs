//! Attributes of an object beside those that its class declares: rows under the object's number.

use std::{ops::ControlFlow, panic::Location};

use serde::{Serialize, de::DeserializeOwned};

use super::any::AnyMemo;
use crate::{
    Error, OrPanic, Result,
    class::Class,
    codec::{Value, key::Key},
    object::{
        collection::{row_writer::RowWriter, rows::RowReader},
        handles::{context, handle::Handle, memo::Memo},
    },
    store::Oid,
};

/// The longest name, as it is stored.
const NAME_BYTES_MAX: usize = 448;

/// The attributes of an object beyond its struct: made by [`Memo::attrs`].
///
/// They belong to the object: they are seen as it is, in snapshots too, go with it, and a change of
/// one is a change of the object. What they refer to is held.
pub struct Attrs {
    memo: AnyMemo,
}

impl<T: Class> Memo<T> {
    /// The object's attributes beyond its struct.
    pub fn attrs(&self) -> Attrs {
        Attrs { memo: self.as_any() }
    }
}

impl AnyMemo {
    /// The object's attributes beyond its struct.
    pub fn attrs(&self) -> Attrs {
        Attrs { memo: self.clone() }
    }
}

impl Attrs {
    fn reader(&self) -> Result<RowReader> {
        let (objects, oid) = self.memo.place()?;
        objects.follow()?;
        self.memo.seen_cell()?.check_alive()?;
        Ok(RowReader::new(objects.seen(), Oid(oid)))
    }

    fn writer(&self, place: &'static Location<'static>) -> Result<RowWriter> {
        let (objects, oid) = self.memo.place()?;
        let turn = objects.take_turn(place)?;
        self.memo.check_alive()?;
        Ok(RowWriter::new(RowReader::new(objects, Oid(oid)), turn))
    }

    /// Gives an attribute a value: anything that serde can write, handles too.
    ///
    /// # Panics
    /// As [`Memo::write`] does, and when the value can't be stored; see [`try_set`](Self::try_set).
    #[track_caller]
    pub fn set<V: Serialize>(&self, name: &str, value: V) {
        self.try_set(name, value).or_panic();
    }

    /// As [`set`](Self::set), with the failure as a value.
    #[track_caller]
    pub fn try_set<V: Serialize>(&self, name: &str, value: V) -> Result<()> {
        let key = key(name)?;
        let mut writer = self.writer(Location::caller())?;
        let mut row = Vec::new();
        writer.encode(&value, &mut row).map_err(|error| match error {
            Error::Encode { why, .. } => {
                let what = format!("the attribute {name:?} of {}", self.memo.uuid());
                Error::Encode { what, why }
            }
            other => other,
        })?;
        if let Some(old) = writer.reader().get(&key, <[u8]>::to_vec)? {
            if old == row {
                return Ok(());
            }
            writer.release(&old)?;
        }
        writer.put(&key, &row);
        writer.finish()?;
        Ok(())
    }

    /// The value of an attribute, if the object has it.
    ///
    /// # Panics
    /// When the value is no `V`, and as [`Memo::read`] does; see [`try_get`](Self::try_get).
    #[track_caller]
    pub fn get<V: DeserializeOwned>(&self, name: &str) -> Option<V> {
        self.try_get(name).or_panic()
    }

    /// As [`get`](Self::get), with the failure as a value.
    pub fn try_get<V: DeserializeOwned>(&self, name: &str) -> Result<Option<V>> {
        let reader = self.reader()?;
        // There can't be one of a name that is too long.
        let Ok(key) = key(name) else { return Ok(None) };
        let row = reader.get(&key, <[u8]>::to_vec)?;
        row.map(|row| context::checking(|| reader.decode_stored(&row))).transpose().map_err(
            |fault| {
                let object = self.memo.uuid();
                Error::Invalid(format!(
                    "the attribute {name:?} of {object} is another type: {fault}"
                ))
            },
        )
    }

    /// Takes an attribute away; false if the object does not have it.
    ///
    /// # Panics
    /// As [`Memo::write`] does; see [`try_remove`](Self::try_remove).
    #[track_caller]
    pub fn remove(&self, name: &str) -> bool {
        self.try_remove(name).or_panic()
    }

    /// As [`remove`](Self::remove), with the failure as a value.
    #[track_caller]
    pub fn try_remove(&self, name: &str) -> Result<bool> {
        let mut writer = self.writer(Location::caller())?;
        let Ok(key) = key(name) else { return Ok(false) };
        let Some(old) = writer.reader().get(&key, <[u8]>::to_vec)? else { return Ok(false) };
        writer.release(&old)?;
        writer.delete(&key);
        writer.finish()?;
        Ok(true)
    }

    /// All attributes, by name.
    ///
    /// # Panics
    /// As [`Memo::read`] does; see [`try_iter`](Self::try_iter).
    #[track_caller]
    pub fn iter(&self) -> impl Iterator<Item = (String, Value)> + use<> {
        self.try_iter().or_panic()
    }

    /// As [`iter`](Self::iter), with the failure as a value.
    pub fn try_iter(&self) -> Result<impl Iterator<Item = (String, Value)> + use<>> {
        let reader = self.reader()?;
        let mut found = Vec::new();
        reader.scan(&[], None, false, &mut |key, row| {
            found.push((reader.decode_key::<String>(key)?, reader.decode::<Value>(row)?));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found.into_iter())
    }
}

/// The key of an attribute's row.
fn key(name: &str) -> Result<Vec<u8>> {
    let mut key = Vec::with_capacity(name.len() + 1);
    name.to_owned().write_key(&mut key);
    if key.len() > NAME_BYTES_MAX {
        return Err(Error::Invalid(format!(
            "an attribute's name of {} bytes is too long: {} at most",
            name.len(),
            NAME_BYTES_MAX - 1
        )));
    }
    Ok(key)
}
