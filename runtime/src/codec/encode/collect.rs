//! Whole collections and displayed text.

use std::{fmt, fmt::Write};

use rmp::encode as mp;
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};

use super::{
    encoder::{Encoder, insert_header, length32},
    entry::too_large,
    unordered::{Cut, is_unordered, sort},
};
use crate::codec::{fault::Error, limits::ROW_BYTES_MAX};

#[inline]
pub(super) fn seq<I>(encoder: &mut Encoder<'_>, items: I) -> Result<(), Error>
where
    I: IntoIterator,
    I::Item: Serialize,
{
    let items = items.into_iter();
    let mut seq = encoder.serialize_seq(exact_len(&items))?;
    if !is_unordered::<I>() {
        for item in items {
            seq.serialize_element(&item)?;
        }
        return SerializeSeq::end(seq);
    }
    let mut cuts = Vec::with_capacity(items.size_hint().0);
    for item in items {
        let start = seq.position();
        seq.serialize_element(&item)?;
        let end = seq.position();
        cuts.push(Cut { start, middle: end, end });
    }
    sort(seq.out(), cuts);
    SerializeSeq::end(seq)
}

pub(super) fn map<K, V, I>(encoder: &mut Encoder<'_>, entries: I) -> Result<(), Error>
where
    K: Serialize,
    V: Serialize,
    I: IntoIterator<Item = (K, V)>,
{
    let entries = entries.into_iter();
    let mut map = encoder.serialize_map(exact_len(&entries))?;
    if !is_unordered::<I>() {
        for (key, value) in entries {
            map.serialize_entry(&key, &value)?;
        }
        return SerializeMap::end(map);
    }
    let mut cuts = Vec::with_capacity(entries.size_hint().0);
    for (key, value) in entries {
        let start = map.position();
        map.serialize_key(&key)?;
        let middle = map.position();
        map.serialize_value(&value)?;
        cuts.push(Cut { start, middle, end: map.position() });
    }
    sort(map.out(), cuts);
    SerializeMap::end(map)
}

/// Times of chrono come this way: written in place, they cost no allocation.
pub(super) fn text<T: ?Sized + fmt::Display>(
    encoder: &mut Encoder<'_>,
    value: &T,
) -> Result<(), Error> {
    let out = encoder.out();
    let body = out.len();
    if write!(Text(out), "{value}").is_err() {
        return Err(Error::new("its Display failed"));
    }
    let length = out.len() - body;
    if length > ROW_BYTES_MAX {
        return Err(too_large());
    }
    let length = length32(length)?;
    insert_header(out, body, |out| drop(mp::write_str_len(out, length)));
    Ok(())
}

/// Appends formatted text to bytes.
struct Text<'a>(&'a mut Vec<u8>);

impl fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// The exact length of an iterator, if it knows it.
fn exact_len(iter: &impl Iterator) -> Option<usize> {
    match iter.size_hint() {
        (low, Some(high)) if low == high => Some(low),
        _ => None,
    }
}
