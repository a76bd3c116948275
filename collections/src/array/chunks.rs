//! The chunks of an array.
//!
//! ```text
//! key    ordered number of the chunk, from 0
//! c5     u8    MessagePack bytes ...
//! count  u16   big-endian, of so many
//! ...          up to 3840 bytes
//! ```
//!
//! A chunk that has no row, and what a short one lacks, are zeros.

use std::{collections::BTreeMap, ops::ControlFlow, ops::Range};

use db0_runtime::{
    Error, Result,
    object::{RowReader, RowWriter, varint},
};

use crate::number_key::NumberKey;

/// With what stands around it, a chunk takes one page of LMDB.
pub(super) const CHUNK: usize = 3840;
const BYTES: u8 = 0xc5;
const FRONT: usize = 3;

pub(super) fn parse(row: &[u8]) -> Option<&[u8]> {
    let [BYTES, high, low, data @ ..] = row else { return None };
    let count = usize::from(u16::from_be_bytes([*high, *low]));
    (count == data.len() && count <= CHUNK).then_some(data)
}

fn encode(data: &[u8]) -> Vec<u8> {
    let count = u16::try_from(data.len()).unwrap_or_else(|_| unreachable!("a chunk is smaller"));
    [&[BYTES][..], &count.to_be_bytes(), data].concat()
}

fn damaged(reader: &RowReader) -> Error {
    reader.damaged("a chunk is damaged")
}

/// The chunks that a range of bytes touches, and which part of each.
fn parts(offset: u64, len: usize) -> impl Iterator<Item = (u64, Range<usize>)> {
    let mut left = offset..offset.saturating_add(len as u64);
    std::iter::from_fn(move || {
        if left.is_empty() {
            return None;
        }
        let number = left.start / CHUNK as u64;
        let start = usize::try_from(left.start % CHUNK as u64).unwrap_or(0);
        let more = usize::try_from(left.end - left.start).unwrap_or(usize::MAX);
        let end = start.saturating_add(more).min(CHUNK);
        left.start += (end - start) as u64;
        Some((number, start..end))
    })
}

/// The chunk that such a range touches, and which part of it, if it is only one.
pub(super) fn only_part(offset: u64, len: usize) -> Option<(NumberKey, Range<usize>)> {
    let mut parts = parts(offset, len);
    let (number, part) = parts.next()?;
    parts.next().is_none().then(|| (NumberKey::of(number), part))
}

/// Puts bytes in their place in a row, which is left alone if it is none of a chunk.
pub(super) fn write_in_place(row: &mut Vec<u8>, part: Range<usize>, bytes: &[u8]) -> bool {
    if parse(row).is_none() {
        return false;
    }
    let end = FRONT + part.end;
    if row.len() < end {
        row.resize(end, 0);
        let count = u16::try_from(part.end).unwrap_or_else(|_| unreachable!("a chunk is smaller"));
        row[1..FRONT].copy_from_slice(&count.to_be_bytes());
    }
    row[FRONT + part.start..end].copy_from_slice(bytes);
    true
}

/// So many copies of `value`; an error where no memory is left for what a header says.
pub(super) fn room<T: Copy>(reader: &RowReader, count: usize, value: T) -> Result<Vec<T>> {
    let mut room = Vec::new();
    let reserved = room.try_reserve_exact(count);
    reserved.map_err(|why| {
        Error::Invalid(format!("{count} elements of {} at once: {why}", reader.name()))
    })?;
    room.resize(count, value);
    Ok(room)
}

/// Reads bytes that are within the length. Runs within `consistent`.
pub(super) fn read(reader: &RowReader, offset: u64, out: &mut [u8]) -> Result<()> {
    let mut rest = out;
    for (number, part) in parts(offset, rest.len()) {
        let (here, after) = rest.split_at_mut(part.len());
        rest = after;
        let copied = reader.get(NumberKey::of(number).as_bytes(), |row| {
            let data = parse(row)?;
            let data = &data[part.start.min(data.len())..part.end.min(data.len())];
            here[..data.len()].copy_from_slice(data);
            here[data.len()..].fill(0);
            Some(())
        })?;
        match copied {
            None => here.fill(0),
            Some(copied) => copied.ok_or_else(|| damaged(reader))?,
        }
    }
    Ok(())
}

/// What a chunk that has no row, or a short one, is filled up with.
static ZEROS: [u8; CHUNK] = [0; CHUNK];

/// Gives the bytes of a range, which are within the length, to `each`: piece by piece, most of them
/// where they stand. `each` may run anybody's code: what it changes ahead is given as it then is.
pub(super) fn walk(
    reader: &RowReader,
    offset: u64,
    len: usize,
    each: &mut impl FnMut(&[u8]),
) -> Result<()> {
    let mut parts = parts(offset, len).peekable();
    let Some(first) = parts.peek().map(|(number, _)| NumberKey::of(*number)) else { return Ok(()) };
    let end = offset.saturating_add(len as u64).div_ceil(CHUNK as u64);
    let end = NumberKey::of(end);
    reader.scan(first.as_bytes(), Some(end.as_bytes()), false, &mut |mut key, row| {
        let number = varint::take_ordered(&mut key).ok_or_else(|| damaged(reader))?;
        let data = parse(row).ok_or_else(|| damaged(reader))?;
        while let Some((_, part)) = parts.next_if(|(missing, _)| *missing < number) {
            each(&ZEROS[part]);
        }
        if let Some((_, part)) = parts.next_if(|(here, _)| *here == number) {
            let there = part.start.min(data.len())..part.end.min(data.len());
            let lacking = part.len() - there.len();
            [&data[there], &ZEROS[..lacking]]
                .into_iter()
                .filter(|piece| !piece.is_empty())
                .for_each(&mut *each);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    parts.for_each(|(_, part)| each(&ZEROS[part]));
    Ok(())
}

/// Chunks that are being changed.
#[derive(Default)]
pub(super) struct Changed(BTreeMap<u64, Option<Vec<u8>>>);

impl Changed {
    /// Puts bytes in their place.
    pub(super) fn write(&mut self, reader: &RowReader, offset: u64, bytes: &[u8]) -> Result<()> {
        let mut rest = bytes;
        for (number, part) in parts(offset, bytes.len()) {
            let (here, after) = rest.split_at(part.len());
            rest = after;
            let mut data = if part.len() == CHUNK { Vec::new() } else { load(reader, number)? };
            if data.len() < part.end {
                data.resize(part.end, 0);
            }
            data[part].copy_from_slice(here);
            self.0.insert(number, Some(data));
        }
        Ok(())
    }

    /// Takes off everything from `len` on.
    pub(super) fn cut(&mut self, reader: &RowReader, len: u64) -> Result<()> {
        let within = usize::try_from(len % CHUNK as u64).unwrap_or(0);
        let mut first = len / CHUNK as u64;
        if within > 0 {
            let mut data = load(reader, first)?;
            data.truncate(within);
            self.0.insert(first, Some(data));
            first += 1;
        }
        reader.scan(NumberKey::of(first).as_bytes(), None, false, &mut |mut key, _| {
            let number = varint::take_ordered(&mut key).ok_or_else(|| damaged(reader))?;
            self.0.insert(number, None);
            Ok(ControlFlow::Continue(()))
        })
    }

    /// Hands the rows to `writer`.
    pub(super) fn put(self, writer: &mut RowWriter) {
        for (number, data) in self.0 {
            let key = NumberKey::of(number);
            match data {
                Some(data) => writer.put(key.as_bytes(), &encode(&data)),
                None => writer.delete(key.as_bytes()),
            }
        }
    }
}

fn load(reader: &RowReader, number: u64) -> Result<Vec<u8>> {
    match reader.get(NumberKey::of(number).as_bytes(), |row| parse(row).map(<[u8]>::to_vec))? {
        None => Ok(Vec::new()),
        Some(data) => data.ok_or_else(|| damaged(reader)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_make_up_the_range(offset in 0..1_u64 << 40, len in 0..20_000_usize) {
            let mut at = offset;
            for (number, part) in parts(offset, len) {
                prop_assert_eq!(number * CHUNK as u64 + part.start as u64, at);
                prop_assert!(part.start < part.end && part.end <= CHUNK);
                at += part.len() as u64;
            }
            prop_assert_eq!(at, offset + len as u64);
        }

        #[test]
        fn no_bytes_make_it_panic(mut row: Vec<u8>) {
            let _ = parse(&row);
            row.insert(0, BYTES);
            let _ = parse(&row);
        }
    }

    #[test]
    fn chunks_change_where_they_stand() {
        let mut row = encode(b"hello");
        assert!(write_in_place(&mut row, 1..3, b"EL"));
        assert!(write_in_place(&mut row, 7..9, b"!!"));
        assert_eq!(row, encode(b"hELlo\0\0!!"));
        assert!(!write_in_place(&mut vec![BYTES, 0, 9], 0..1, b"x"));
    }

    #[test]
    fn chunks_round_trip_and_too_large_ones_are_refused() {
        for len in [0, 1, CHUNK] {
            assert_eq!(parse(&encode(&vec![7; len])), Some(&vec![7; len][..]));
        }
        assert_eq!(parse(&encode(&vec![7; CHUNK + 1])), None);
    }
}
