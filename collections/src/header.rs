//! The header row that every collection has: what it is, how long, and what its structure needs.
//!
//! ```text
//! kind    u8       1 List, 2 Dict, 3 Set, 4 Index, 5 Array, 6 WeakSet
//! length  varint   of elements
//! ...              by kind: List, see there; Index, how many entries it ever had (varint);
//!                  Array, bytes per element (varint); nothing for Dict, Set and WeakSet
//! ```
//!
//! (Format version 1.) A collection without a header row is empty.

use std::fmt;

use db0_runtime::{
    Error, Result,
    object::{Anchor, RowReader, varint},
};

/// What a collection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    List = 1,
    Dict = 2,
    Set = 3,
    Index = 4,
    Array = 5,
    WeakSet = 6,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::List, Self::Dict, Self::Set, Self::Index, Self::Array, Self::WeakSet];

    pub(crate) fn of_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == byte)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A header row, as far as all collections have it in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header<'r> {
    pub(crate) length: u64,
    /// What the structure needs.
    pub(crate) rest: &'r [u8],
}

impl<'r> Header<'r> {
    /// Takes a header row apart; `Err` says what is wrong with it.
    pub(crate) fn parse(row: &'r [u8], expected: Kind) -> Result<Self, String> {
        let (&kind, mut rest) = row.split_first().ok_or("the header is empty")?;
        if kind != expected as u8 {
            let found =
                Kind::of_byte(kind).map_or("of an unknown kind".into(), |kind| format!("a {kind}"));
            return Err(format!("it is {found}, not a {expected}"));
        }
        let length = varint::take(&mut rest).ok_or("the header is damaged")?;
        Ok(Self { length, rest })
    }

    /// The beginning of a header row.
    pub(crate) fn start(kind: Kind, length: u64) -> Vec<u8> {
        let mut row = vec![kind as u8];
        varint::put(&mut row, length);
        row
    }

    /// Adds one to the length of a row, where it stands; false if the row is not what it should be.
    #[inline]
    pub(crate) fn lengthen(row: &mut Vec<u8>, kind: Kind) -> bool {
        row.first() == Some(&(kind as u8)) && increment(row, 1)
    }

    /// As [`lengthen`](Self::lengthen), of an index, which counts its entries for ever; gives the
    /// number of the new one.
    pub(crate) fn number_next(row: &mut Vec<u8>) -> Option<u64> {
        let [kind, numbers @ ..] = &row[..] else { return None };
        let length_bytes = numbers.iter().position(|byte| *byte < 0x80)? + 1;
        let (at, mut rest) = (1 + length_bytes, &numbers[length_bytes..]);
        if *kind != Kind::Index as u8 {
            return None;
        }
        let number = varint::take(&mut rest).filter(|_| rest.is_empty())?;
        (increment(row, at) && Header::lengthen(row, Kind::Index)).then_some(number)
    }

    /// Takes one from the length of a row; false as in [`lengthen`](Self::lengthen).
    pub(crate) fn shorten(row: &mut Vec<u8>, kind: Kind) -> bool {
        let Ok(header) = Header::parse(row, kind) else { return false };
        let Some(length) = header.length.checked_sub(1) else { return false };
        let rest = row.len() - header.rest.len();
        row.splice(..rest, Header::start(kind, length));
        true
    }
}

/// Adds one to the varint at `at`; false if there is none, or no larger one.
#[inline]
fn increment(row: &mut Vec<u8>, at: usize) -> bool {
    match row.get_mut(at) {
        // Its lowest seven bits have room.
        Some(lowest) if *lowest & 0x7f != 0x7f => {
            *lowest += 1;
            true
        }
        _ => carry(row, at),
    }
}

/// As [`increment`], where that changes more than one byte.
#[cold]
fn carry(row: &mut Vec<u8>, at: usize) -> bool {
    let Some(mut rest) = row.get(at..) else { return false };
    let before = rest.len();
    let Some(next) = varint::take(&mut rest).and_then(|number| number.checked_add(1)) else {
        return false;
    };
    let end = at + before - rest.len();
    let mut longer = Vec::with_capacity(10);
    varint::put(&mut longer, next);
    row.splice(at..end, longer);
    true
}

/// Reads the header of a collection; none if there is none, or what `parse` made of it.
pub(crate) fn read<H>(
    reader: &RowReader,
    kind: Kind,
    parse: impl FnOnce(Header<'_>) -> Option<H>,
) -> Result<Option<H>> {
    let parsed = reader.header(|row| {
        let header = Header::parse(row, kind).map_err(|why| (other_kind(row, kind), why))?;
        parse(header).ok_or_else(|| (None, "the header is damaged".into()))
    })?;
    parsed.transpose().map_err(|(found, why)| unreadable(reader, kind, found, &why))
}

/// The kind of a sound collection that is read as one of another kind.
fn other_kind(row: &[u8], kind: Kind) -> Option<Kind> {
    row.first().and_then(|byte| Kind::of_byte(*byte)).filter(|found| *found != kind)
}

#[cold]
fn unreadable(reader: &RowReader, kind: Kind, found: Option<Kind>, why: &str) -> Error {
    match found {
        Some(found) => reader.other_type(String::new(), &found.to_string(), &kind.to_string(), why),
        None => reader.damaged(why),
    }
}

/// How many elements a collection has.
pub(crate) fn len(anchor: &Anchor, kind: Kind) -> Result<usize> {
    let length = anchor.with_reader(|reader| length(reader, kind))?.unwrap_or(0);
    Ok(usize::try_from(length).unwrap_or(usize::MAX))
}

/// The length of a collection.
pub(crate) fn length(reader: &RowReader, kind: Kind) -> Result<u64> {
    Ok(read(reader, kind, |header| Some(header.length))?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_grow_where_they_stand() {
        let mut row = Header::start(Kind::Dict, 126);
        row.extend_from_slice(b"rest");
        for length in 127..40_000 {
            assert!(Header::lengthen(&mut row, Kind::Dict));
            let header = Header { length, rest: b"rest" };
            assert_eq!(Header::parse(&row, Kind::Dict), Ok(header));
            let longer = row.clone();
            assert!(
                Header::shorten(&mut row, Kind::Dict) && Header::lengthen(&mut row, Kind::Dict)
            );
            assert_eq!(row, longer);
        }
    }

    #[test]
    fn an_index_counts_for_ever() {
        let mut row = Header::start(Kind::Index, 300);
        varint::put(&mut row, 126);
        for number in 126..400 {
            assert_eq!(Header::number_next(&mut row), Some(number));
        }
        let mut expected = Header::start(Kind::Index, 300 + 400 - 126);
        varint::put(&mut expected, 400);
        assert_eq!(row, expected);
        assert_eq!(Header::number_next(&mut Header::start(Kind::Index, 1)), None);
        assert_eq!(Header::number_next(&mut Header::start(Kind::Dict, 1)), None);
    }

    #[test]
    fn other_kinds_and_damage_are_named() {
        let mut row = Header::start(Kind::Dict, u64::MAX);
        assert!(!Header::lengthen(&mut row, Kind::Dict));
        assert!(!Header::lengthen(&mut row, Kind::List));
        assert!(!Header::shorten(&mut Header::start(Kind::List, 0), Kind::List));
        let found = Header::parse(&row, Kind::List);
        assert_eq!(found, Err("it is a Dict, not a List".into()));
        assert!(Header::parse(&[99, 1], Kind::List).is_err_and(|why| why.contains("unknown")));
        assert!(Header::parse(&[], Kind::List).is_err());
        assert!(Header::parse(&[1, 0x80], Kind::List).is_err());
    }
}
