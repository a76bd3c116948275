//! Single elements the short way: what is done most often, without an allocation or a handle of its own.

use std::sync::Arc;

use serde::Serialize;

use super::rows::RowReader;
use crate::{
    Result,
    codec::{
        self,
        key::{IntoKey, Key},
    },
    object::{handles::handle::Handle, objects::Objects},
    store::{Oid, RowBytes, RowKey, Table, oid_key},
    sync::lasting,
};

/// Buffers that one element after the other is written to.
#[derive(Default)]
struct Scratch {
    key: Vec<u8>,
    value: Vec<u8>,
    row: Vec<u8>,
}

lasting! {
    static SCRATCH: Scratch = Scratch { key: Vec::new(), value: Vec::new(), row: Vec::new() };
}

/// Scratch that became larger than this is not kept.
const SCRATCH_MAX: usize = 4096;

/// Gives empty buffers to `work`. It may come here again: then there are others.
#[inline]
fn with_scratch<R>(work: impl FnOnce(&mut Scratch) -> R) -> R {
    SCRATCH.try_with_borrow_mut(|scratch| {
        let Some(scratch) = scratch else { return work(&mut Scratch::default()) };
        let Scratch { key, value, row } = scratch;
        for buffer in [key, value, row] {
            buffer.clear();
            if buffer.capacity() > SCRATCH_MAX {
                buffer.shrink_to(SCRATCH_MAX);
            }
        }
        work(scratch)
    })
}

/// Gives a buffer for a row to `work`.
pub(in crate::object) fn with_row<R>(work: impl FnOnce(&mut Vec<u8>) -> R) -> R {
    with_scratch(|scratch| work(&mut scratch.row))
}

/// See `Anchor::edit_plain`.
pub(in crate::object) fn edit<T: Serialize>(
    (objects, oid): (&Arc<Objects>, Oid),
    key: &[u8],
    element: &T,
    edit: impl FnOnce(&[u8], &mut Vec<u8>, &mut Vec<u8>) -> bool,
) -> bool {
    with_scratch(|Scratch { value, .. }| {
        if codec::encode(element, value).is_err() {
            return false;
        }
        objects.edit_rows(oid_key(oid), key, |row, header| edit(value, row, header), |_| ())
    })
}

/// See `Anchor::upsert_plain`.
pub(in crate::object) fn upsert<K: Key, V: Serialize>(
    (objects, oid): (&Arc<Objects>, Oid),
    (key, key_max): (&impl IntoKey<K>, usize),
    element: &V,
    make: impl FnOnce(Option<&[u8]>, &[u8], &mut Vec<u8>, &mut Vec<u8>) -> bool,
) -> Result<bool> {
    with_scratch(|Scratch { key: bytes, value, row }| {
        let fits = put_key(oid_key(oid).as_bytes(), key, key_max, bytes);
        if !fits || codec::encode(element, value).is_err() {
            return Ok(false);
        }
        let make = |old: Option<&[u8]>, header: &mut Vec<u8>| {
            make(old, value, header, row).then(|| RowBytes::from(&row[..]))
        };
        objects.upsert(oid, RowKey::from(&bytes[..]), make, |_| ())
    })
}

/// See `Anchor::insert_referring`.
pub(in crate::object) fn insert_referring<K: Key, H: Handle>(
    (objects, oid): (&Arc<Objects>, Oid),
    (key, key_max): (&impl IntoKey<K>, usize),
    handle: &H,
    make: impl FnOnce(&[u8], &mut Vec<u8>, &mut Vec<u8>) -> bool,
) -> Result<Option<bool>> {
    with_scratch(|Scratch { key: bytes, value, row }| {
        if !put_key(oid_key(oid).as_bytes(), key, key_max, bytes) {
            return Ok(None);
        }
        let held = Oid(handle.number_in(objects)?);
        let payload = oid_key(held);
        codec::put_reference(codec::STRONG, payload.as_bytes(), value);
        bytes.extend_from_slice(payload.as_bytes());
        let mut found = false;
        let make = |old: Option<&[u8]>, header: &mut Vec<u8>| {
            found = old.is_some();
            (!found && make(value, header, row)).then(|| RowBytes::from(&row[..]))
        };
        let put =
            objects.upsert(oid, RowKey::from(&bytes[..]), make, |rows| rows.count(held, 1))?;
        Ok((put || found).then_some(put))
    })
}

/// Appends the key of an element; false if its own is longer than `key_max`.
fn put_key<K: Key>(
    front: &[u8],
    key: &impl IntoKey<K>,
    key_max: usize,
    bytes: &mut Vec<u8>,
) -> bool {
    bytes.extend_from_slice(front);
    key.write_key_of(bytes);
    bytes.len() - front.len() <= key_max
}

impl RowReader {
    /// Gives the element of a key that refers to nothing to `read`, which also gets the key and must
    /// not run the user's code. The outer none: the longer way is needed.
    pub fn get_plain<K: Key, R>(
        &self,
        key: &impl IntoKey<K>,
        key_max: usize,
        read: impl FnOnce(&[u8], &[u8]) -> R,
    ) -> Option<Result<Option<R>>> {
        if !K::PLAIN {
            return None;
        }
        with_scratch(|Scratch { key: bytes, .. }| {
            let front = oid_key(self.oid);
            let front = front.as_bytes();
            put_key(front, key, key_max, bytes).then(|| {
                let own = &bytes[front.len()..];
                self.objects.view().get(Table::Elements, bytes, |row| read(own, row))
            })
        })
    }
}
