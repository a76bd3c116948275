//! The header of a list: how long it is, and where its tree begins.
//!
//! ```text
//! kind     u8 = 1
//! length   varint   of the whole list
//! -- only while there is a tree:
//! in_tree  varint   elements in the tree; the others are in the tail
//! root     varint   number of the root's row
//! height   varint   levels of inner nodes: zero, if the root is a leaf
//! next     varint   a number that no node has had
//! ```

use db0_runtime::{
    Result,
    object::{RowReader, varint},
};

use crate::header::{self, Header, Kind};

/// Higher than any list could be: inner nodes have hundreds of children.
const HEIGHT_MAX: u64 = 32;

/// The header of a list, decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) length: u64,
    pub(super) in_tree: u64,
    pub(super) root: u64,
    pub(super) height: u64,
    pub(super) next: u64,
}

impl Head {
    /// That of an empty list.
    pub(super) const EMPTY: Self = Self { length: 0, in_tree: 0, root: 0, height: 0, next: 1 };

    /// Reads it; a list that has none yet is empty.
    pub(super) fn read(reader: &RowReader) -> Result<Self> {
        Ok(header::read(reader, Kind::List, Self::parse)?.unwrap_or(Self::EMPTY))
    }

    pub(super) fn parse(header: Header<'_>) -> Option<Self> {
        let Header { length, mut rest } = header;
        if rest.is_empty() {
            return Some(Self { length, ..Self::EMPTY });
        }
        let mut take = || varint::take(&mut rest);
        let head = Self { length, in_tree: take()?, root: take()?, height: take()?, next: take()? };
        let sound = head.in_tree <= length
            && head.root != 0
            && head.root < head.next
            && head.height <= HEIGHT_MAX
            && rest.is_empty();
        sound.then_some(head)
    }

    /// The row.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut row = Header::start(Kind::List, self.length);
        if self.root != 0 {
            let numbers = [self.in_tree, self.root, self.height, self.next];
            numbers.into_iter().for_each(|number| varint::put(&mut row, number));
        }
        row
    }

    /// How many elements are in the tail.
    pub(super) fn in_tail(&self) -> u64 {
        self.length - self.in_tree
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(row: &[u8]) -> Option<Head> {
        Header::parse(row, Kind::List).ok().and_then(Head::parse)
    }

    #[test]
    fn round_trips_and_refuses_nonsense() {
        let head = Head { length: 500, in_tree: 499, root: 7, height: 1, next: 8 };
        for head in [Head::EMPTY, Head { length: 5, ..Head::EMPTY }, head] {
            assert_eq!(parse(&head.encode()), Some(head));
        }
        for bad in [
            Head { in_tree: 501, ..head },
            Head { next: 7, ..head },
            Head { height: HEIGHT_MAX + 1, ..head },
        ] {
            assert_eq!(parse(&bad.encode()), None);
        }
        let row = head.encode();
        assert_eq!(parse(&row[..row.len() - 1]), None);
        assert_eq!(parse(&[row, vec![0]].concat()), None);
    }
}
