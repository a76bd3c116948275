//! Reading the rows of one collection.

use std::{any::type_name, ops::ControlFlow, sync::Arc};

use serde::de::DeserializeOwned;

use crate::{
    Error, Result,
    codec::{
        self,
        key::{IntoKey, Key, KeyFault, KeyReader},
    },
    object::{
        handles::{context, handle::Handle},
        loading::plain::is_plain,
        objects::Objects,
        views::{still::Still, together::busy},
    },
    store::{Direction, KeyRange, Oid, PrefixId, StateNum, Table, hex, oid_key},
    sync::yield_now,
};

/// How often reading something in one moment is tried, beside others who write.
const TRIES: usize = 4;

/// How many bytes of a key an error shows.
const SHOWN_MAX: usize = 64;

/// A moment between two publishings of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    rows: u64,
    state: Option<StateNum>,
    /// A collection may have moved from one prefix to another.
    place: (PrefixId, Oid),
}

/// Reads the rows of a collection, as its view shows them.
#[derive(Clone)]
pub struct RowReader {
    pub(in crate::object) objects: Arc<Objects>,
    pub(in crate::object) oid: Oid,
}

impl RowReader {
    pub(in crate::object) fn new(objects: Arc<Objects>, oid: Oid) -> Self {
        Self { objects, oid }
    }

    /// Whose objects elements refer to.
    pub fn objects(&self) -> &Arc<Objects> {
        &self.objects
    }

    fn key(&self, key: &[u8]) -> ElementKey {
        ElementKey::of(self.oid, key)
    }

    /// The header row.
    pub fn header<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Result<Option<R>> {
        self.objects.view().get(Table::Headers, oid_key(self.oid).as_bytes(), read)
    }

    /// The row at `key`.
    pub fn get<R>(&self, key: &[u8], read: impl FnOnce(&[u8]) -> R) -> Result<Option<R>> {
        self.objects.view().get(Table::Elements, self.key(key).as_bytes(), read)
    }

    /// Calls `each` with the rows from `start` up to, and without, `end` (none: the last row),
    /// forwards or backwards, until it breaks. The collection may be written to meanwhile.
    pub fn scan(
        &self,
        start: &[u8],
        end: Option<&[u8]>,
        backward: bool,
        each: &mut dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let range = self.range(start, end);
        let direction = if backward { Direction::Backward } else { Direction::Forward };
        let skip = oid_key(self.oid).as_bytes().len();
        self.objects
            .view()
            .scan(Table::Elements, range, direction, &mut |key, row| each(&key[skip..], row))
    }

    /// About how many rows there are from `start` up to, and without, `end` (none: all from there): at
    /// the price of some pages, however many there are.
    pub fn estimate(&self, start: &[u8], end: Option<&[u8]>) -> Result<u64> {
        self.objects.view().estimate(Table::Elements, &self.range(start, end))
    }

    fn range(&self, start: &[u8], end: Option<&[u8]>) -> KeyRange {
        let front = oid_key(self.oid);
        let own = KeyRange::prefix(front.as_bytes());
        let end = end.map_or(own.end, |end| Some(self.key(end).as_bytes().to_vec()));
        KeyRange { start: self.key(start).as_bytes().to_vec(), end }
    }

    /// The moment as which rows are seen now: while it stays equal, so do they. None inside an
    /// `atomic`, whose rows may still be undone.
    pub fn stamp(&self) -> Option<Stamp> {
        let objects = &self.objects;
        let lasts = !objects.shared().in_atomic();
        lasts.then(|| Stamp {
            rows: objects.rows_version(),
            state: objects.view().state(),
            place: (objects.store().prefix_id(), self.oid),
        })
    }

    /// Runs `read` so that all it reads is of one moment: again, if something was published in
    /// between. It must not run the user's code.
    pub fn consistent<R>(&self, mut read: impl FnMut(&Self) -> Result<R>) -> Result<R> {
        let objects = &self.objects;
        let moment = || (objects.rows_version(), objects.view().state());
        for _ in 0..TRIES {
            let before = moment();
            let result = read(self);
            if moment() == before {
                return result;
            }
            yield_now();
        }
        // Writers that never pause: they have to, for once.
        objects.while_unpublished(|| read(self))
    }

    /// As [`consistent`](Self::consistent), where the user's code may run: what is read again is held
    /// still, and keeps nobody from writing.
    pub fn in_one_moment<R>(&self, mut read: impl FnMut(&Self) -> Result<R>) -> Result<R> {
        let seen = || self.through(&self.objects.seen());
        in_one_moment(|| seen().stamp(), || vec![self.objects.clone()], || read(&seen()))
    }

    /// Decodes an element for the user; handles in it belong to this view.
    pub fn decode<T: DeserializeOwned>(&self, row: &[u8]) -> Result<T> {
        let decode = || codec::decode(row);
        let decoded = if is_plain::<T>() {
            decode()
        } else {
            context::decoding_for_user(&self.objects, decode)
        };
        decoded.map_err(|fault| self.misfit::<T>(&[], fault))
    }

    /// As [`decode`](Self::decode), where it is up to the caller's type whether the row fits.
    pub(in crate::object) fn decode_stored<T: DeserializeOwned>(
        &self,
        row: &[u8],
    ) -> std::result::Result<T, codec::Fault> {
        context::decoding_for_user(&self.objects, || codec::decode(row))
    }

    /// As [`decode`](Self::decode), of the value of a key.
    pub fn decode_at<T: DeserializeOwned>(&self, key: &[u8], row: &[u8]) -> Result<T> {
        self.decode(row).map_err(|error| match error {
            Error::Evolution { class, field, stored, declared, why } => {
                let field = place(key, &field);
                Error::Evolution { class, field, stored, declared, why }
            }
            other => other,
        })
    }

    /// Decodes a key for the user; handles in it belong to this view.
    pub fn decode_key<K: Key>(&self, bytes: &[u8]) -> Result<K> {
        self.read_key(bytes, codec::key::decode_key)
    }

    /// Decodes the key that `bytes` begin with; see [`decode_key`](Self::decode_key).
    pub fn decode_key_in_front<K: Key>(&self, bytes: &[u8]) -> Result<K> {
        self.read_key(bytes, |bytes| K::read_key(&mut KeyReader::new(bytes)))
    }

    #[inline]
    fn read_key<K: Key>(
        &self,
        bytes: &[u8],
        read: impl FnOnce(&[u8]) -> std::result::Result<K, KeyFault>,
    ) -> Result<K> {
        let key = if K::PLAIN {
            read(bytes)
        } else {
            context::decoding_for_user(&self.objects, || read(bytes))
        };
        key.map_err(|fault| self.misfit_key::<K>(bytes, fault))
    }

    /// Appends the key that is looked for; false if it can't be in here, since a handle in it is of
    /// another prefix.
    pub fn find_key<K: Key>(&self, key: &impl IntoKey<K>, out: &mut Vec<u8>) -> Result<bool> {
        if K::PLAIN {
            key.write_key_of(out);
            return Ok(true);
        }
        match context::encoding_key(&self.objects, || key.write_key_of(out)) {
            Ok(_) => Ok(true),
            Err(Error::CrossPrefix { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Appends what a reference to the object of a handle says; false as in
    /// [`find_key`](Self::find_key).
    pub fn find_handle<H: Handle>(&self, handle: &H, out: &mut Vec<u8>) -> Result<bool> {
        match handle.number_in(&self.objects) {
            Ok(number) => {
                out.extend_from_slice(oid_key(Oid(number)).as_bytes());
                Ok(true)
            }
            Err(Error::CrossPrefix { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The rows of this collection don't make sense.
    pub fn damaged(&self, why: &str) -> Error {
        self.damaged_at(&[], why)
    }

    /// The element of this key doesn't make sense.
    pub fn damaged_at(&self, key: &[u8], why: &str) -> Error {
        let key = self.key(&key[..key.len().min(SHOWN_MAX)]);
        let why = format!("{why}, in {}", self.name());
        self.objects.store().corrupt(Table::Elements, key.as_bytes(), &why)
    }

    /// An element, whose row is sound, is not of the type that it is read as: it was another one when it
    /// was stored.
    #[cold]
    pub(super) fn misfit<T>(&self, key: &[u8], fault: codec::Fault) -> Error {
        self.other_type(place(key, &fault.path), "other data", type_name::<T>(), &fault.why)
    }

    /// As [`misfit`](Self::misfit), of a key.
    #[cold]
    pub(super) fn misfit_key<K>(&self, key: &[u8], fault: KeyFault) -> Error {
        self.other_type(place(key, ""), "another key", type_name::<K>(), &fault.to_string())
    }

    /// What stands here is not of the type that it is read as.
    pub fn other_type(&self, field: String, stored: &str, declared: &str, why: &str) -> Error {
        Error::Evolution {
            class: self.name(),
            field,
            stored: stored.into(),
            declared: declared.into(),
            why: format!("{why}: make the type read what was stored"),
        }
    }

    /// The collection as messages name it.
    pub fn name(&self) -> String {
        format!("collection {}", self.objects.uuid(self.oid))
    }
}

/// An element, and the way into it, as errors show them.
fn place(key: &[u8], path: &str) -> String {
    if key.is_empty() {
        return path.into();
    }
    let dot = if path.is_empty() || path.starts_with('[') { "" } else { "." };
    format!("[{}]{dot}{path}", hex(&key[..key.len().min(SHOWN_MAX)]))
}

/// Runs `read`, which may run the user's code, so that all it sees is of one moment, as `stamp` tells:
/// again, with `places` held still, if something was published in between.
pub(super) fn in_one_moment<S: PartialEq, R>(
    stamp: impl Fn() -> S,
    places: impl Fn() -> Vec<Arc<Objects>>,
    mut read: impl FnMut() -> Result<R>,
) -> Result<R> {
    for _ in 0..TRIES {
        let before = stamp();
        let result = read();
        if stamp() == before {
            return result;
        }
        drop(result);
        match Still::hold(&places()) {
            Ok(_still) => return read(),
            // The writer has forgotten the state meanwhile: the next one will do.
            Err(Error::Pruned { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Err(busy())
}

/// The key of an element's row: that of its collection, and its own.
pub(in crate::object) enum ElementKey {
    Short { bytes: [u8; SHORT_MAX], len: usize },
    Long(Vec<u8>),
}

/// Keys up to this length need no allocation.
const SHORT_MAX: usize = 40;

impl ElementKey {
    #[inline]
    fn of(oid: Oid, key: &[u8]) -> Self {
        Self::of_parts(oid, key, &[])
    }

    /// The key of an element whose own key comes in two parts.
    #[inline]
    pub(in crate::object) fn of_parts(oid: Oid, key: &[u8], suffix: &[u8]) -> Self {
        let front = oid_key(oid);
        let front = front.as_bytes();
        let (own, end) = (front.len(), front.len() + key.len());
        let len = end + suffix.len();
        if len > SHORT_MAX {
            return Self::Long([front, key, suffix].concat());
        }
        let mut bytes = [0; SHORT_MAX];
        bytes[..own].copy_from_slice(front);
        bytes[own..end].copy_from_slice(key);
        bytes[end..len].copy_from_slice(suffix);
        Self::Short { bytes, len }
    }

    #[inline]
    pub(in crate::object) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Short { bytes, len } => &bytes[..*len],
            Self::Long(bytes) => bytes,
        }
    }
}
