//! Whether the rows of a collection are such as its header says.

use db0_runtime::{ElementCheck, object::varint};

use crate::{
    array::ArrayCheck,
    header::{Header, Kind},
    list::ListCheck,
    sorted::is_entry,
};

/// Begins to look at the rows of a collection; `Err` says what is wrong with its header.
pub fn begin_check(header: &[u8]) -> Result<Box<dyn ElementCheck>, String> {
    let kind = header.first().and_then(|byte| Kind::of_byte(*byte));
    let kind = kind.ok_or("it is of an unknown kind")?;
    let parsed = Header::parse(header, kind)?;
    Ok(match kind {
        Kind::List => Box::new(ListCheck::new(parsed)?),
        Kind::Array => Box::new(ArrayCheck::new(parsed)?),
        Kind::Dict | Kind::Set | Kind::Index | Kind::WeakSet => {
            Box::new(EntriesCheck::new(kind, parsed)?)
        }
    })
}

/// Counts the entries of what is kept in key order.
struct EntriesCheck {
    length: u64,
    found: u64,
}

impl EntriesCheck {
    fn new(kind: Kind, Header { length, mut rest }: Header<'_>) -> Result<Self, String> {
        let is_whole = kind != Kind::Index || varint::take(&mut rest).is_some();
        if is_whole && rest.is_empty() {
            Ok(Self { length, found: 0 })
        } else {
            Err("the header is damaged".into())
        }
    }
}

impl ElementCheck for EntriesCheck {
    fn row(&mut self, key: &[u8], row: &[u8]) -> Result<(), String> {
        self.found += 1;
        if is_entry(key, row) { Ok(()) } else { Err("the entry is damaged".into()) }
    }

    fn end(self: Box<Self>) -> Result<(), String> {
        same_length(self.length, self.found)
    }
}

/// Compares a length with what was found.
pub(crate) fn same_length(length: u64, found: u64) -> Result<(), String> {
    if found == length {
        Ok(())
    } else {
        Err(format!("it has {found} elements, and says {length}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found in a collection of these rows.
    fn look(header: &[u8], rows: &[(&[u8], &[u8])]) -> Result<(), String> {
        let mut check = begin_check(header)?;
        rows.iter().try_for_each(|(key, row)| check.row(key, row))?;
        check.end()
    }

    fn told(found: Result<(), String>, expected: &str) {
        let why = found.expect_err(expected);
        assert!(why.contains(expected), "{why:?}, not {expected:?}");
    }

    #[test]
    fn entries_are_counted() {
        let entry: &[u8] = &[0x91, 0xc0];
        for kind in [2, 3, 6] {
            assert_eq!(look(&[kind, 2], &[(b"a", entry), (b"b", entry)]), Ok(()));
            told(look(&[kind, 2], &[(b"a", entry)]), "it has 1 elements, and says 2");
            told(look(&[kind, 1], &[(b"a", &[0x90])]), "the entry is damaged");
            told(look(&[kind, 1, 7], &[(b"a", entry)]), "the header is damaged");
        }
        assert_eq!(look(&[4, 1, 9], &[(b"a", entry)]), Ok(()));
        told(look(&[4, 1], &[(b"a", entry)]), "the header is damaged");
        told(look(&[77, 1], &[]), "unknown kind");
        told(look(&[], &[]), "unknown kind");
        // A long key stands under its front and hash, and nowhere else.
        let long = [&[0x92, 0xc0, 0xc6, 0, 0, 2, 0][..], &[7; 512]].concat();
        told(look(&[2, 1], &[(&[7; 464], &long)]), "the entry is damaged");
    }

    #[test]
    fn a_list_is_one_tree_and_a_tail() {
        let leaf = |count: u8| [&[0xdc, 0, count][..], &vec![1; count.into()]].concat();
        let inner = |child: u8, sum: u8| vec![0xc5, 0, 4, 1, 1, child, sum];
        let (tail, node) = (&[0][..], |number: u8| vec![1, number]);
        assert_eq!(look(&[1, 3], &[(tail, &leaf(3))]), Ok(()));
        assert_eq!(look(&[1, 0], &[]), Ok(()));
        told(look(&[1, 4], &[(tail, &leaf(3))]), "it has 3 elements, and says 4");
        // Five in all: three below node 2, two in the tail.
        let header = [1, 5, 3, 2, 1, 3];
        let whole = [(tail, leaf(2)), (&node(1)[..], leaf(3)), (&node(2)[..], inner(1, 3))];
        let rows: Vec<_> = whole.iter().map(|(key, row)| (*key, &row[..])).collect();
        assert_eq!(look(&header, &rows), Ok(()));
        told(look(&header, &rows[..2]), "node 2 is missing");
        told(look(&header, &[rows[0], rows[2]]), "node 1 is missing");
        told(look(&[1, 2], &rows), "node 1 is in no tree");
        told(look(&[1, 5, 3, 1, 1, 3], &rows), "node 1 is at another height");
        let counts = inner(1, 4);
        told(
            look(&header, &[rows[0], rows[1], (&node(2), &counts)]),
            "it has 3 elements, and says 4",
        );
        // One that leads to itself comes to an end.
        let circle = inner(2, 3);
        told(look(&[1, 5, 3, 2, 2, 3], &[rows[0], (&node(2), &circle)]), "node 2 is missing");
        told(look(&header, &[(b"xyz", &leaf(1))]), "none of a list's");
        told(look(&header, &[(&node(1), &[0xdc, 0, 9, 1])]), "the leaf is damaged");
        told(look(&header, &[(&node(1), &[0xc5, 0, 1])]), "the node is damaged");
    }

    #[test]
    fn chunks_stay_within_an_array() {
        let chunk = |len: u8| [&[0xc5, 0, len][..], &vec![1; len.into()]].concat();
        let first: &[u8] = &[0];
        assert_eq!(look(&[5, 4, 2], &[(first, &chunk(8))]), Ok(()));
        told(look(&[5, 4, 2], &[(first, &chunk(9))]), "beyond the end");
        told(look(&[5, 4, 2], &[(&[1, 1], &chunk(1))]), "beyond the end");
        told(look(&[5, 4, 2], &[(first, &[0xc5, 0, 9])]), "the chunk is damaged");
        told(look(&[5, 4, 0], &[]), "the header is damaged");
    }
}
