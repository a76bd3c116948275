//! The leaves of a list: elements one after another.
//!
//! ```text
//! dc     u8    a MessagePack array ...
//! count  u16   big-endian, of so many
//! ...          elements, each one MessagePack value
//! ```
//!
//! So a row is one value, in which references are found without knowing that it is a leaf.

use db0_runtime::{Result, codec::skip_values, object::RowWriter};
use serde::Serialize;

/// How large a leaf of several elements may become: four of them fit into a page of LMDB, with what
/// stands around them. Larger ones would be passed over, copied and kept as history for each change.
pub(super) const BYTES_MAX: usize = 960;
/// Leaves smaller than this are joined with a neighbour.
pub(super) const BYTES_MIN: usize = BYTES_MAX / 3;
const ARRAY: u8 = 0xdc;
const FRONT: usize = 3;

/// A leaf that is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leaf<'r> {
    pub(super) count: usize,
    pub(super) values: &'r [u8],
}

impl<'r> Leaf<'r> {
    /// Takes a row apart, without looking at the elements.
    #[inline]
    pub(super) fn parse(row: &'r [u8]) -> Option<Self> {
        match row {
            [ARRAY, high, low, values @ ..] => {
                let count = u16::from_be_bytes([*high, *low]).into();
                Some(Self { count, values })
            }
            _ => None,
        }
    }

    /// The bytes of one element.
    pub(super) fn element(self, index: usize) -> Option<&'r [u8]> {
        if index >= self.count {
            return None;
        }
        let start = skip_values(self.values, index).ok()?;
        let rest = &self.values[start..];
        let len = skip_values(rest, 1).ok()?;
        Some(&rest[..len])
    }

    /// Where each element begins, and where the last one ends; none if the leaf is damaged.
    pub(super) fn bounds(self) -> Option<Vec<u32>> {
        // A count that is not true may not cost more memory than the row itself.
        let mut bounds = Vec::with_capacity(self.count.min(self.values.len()) + 1);
        let mut at = 0;
        bounds.push(0);
        for _ in 0..self.count {
            at += skip_values(&self.values[at..], 1).ok()?;
            bounds.push(u32::try_from(at).ok()?);
        }
        (at == self.values.len()).then_some(bounds)
    }
}

/// A leaf that is written to: its row. What it makes of elements that it can't find is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LeafBuf {
    row: Vec<u8>,
}

impl LeafBuf {
    pub(super) fn new() -> Self {
        Self { row: vec![ARRAY, 0, 0] }
    }

    /// A leaf of these elements.
    pub(super) fn of(count: usize, values: &[u8]) -> Self {
        let mut leaf = Self { row: Vec::with_capacity(FRONT + values.len()) };
        leaf.row.extend_from_slice(&[ARRAY, 0, 0]);
        leaf.row.extend_from_slice(values);
        set_count(&mut leaf.row, count);
        leaf
    }

    /// A row is that of a leaf.
    pub(super) fn is_leaf(row: &[u8]) -> bool {
        row.first() == Some(&ARRAY)
    }

    /// The leaf of a row, if it is one; its elements are not looked at.
    pub(super) fn of_row(row: Vec<u8>) -> Option<Self> {
        Leaf::parse(&row)?;
        Some(Self { row })
    }

    pub(super) fn row(&self) -> &[u8] {
        &self.row
    }

    pub(super) fn into_row(self) -> Vec<u8> {
        self.row
    }

    pub(super) fn bytes(&self) -> usize {
        self.row.len()
    }

    pub(super) fn count(&self) -> usize {
        u16::from_be_bytes([self.row[1], self.row[2]]).into()
    }

    pub(super) fn values(&self) -> &[u8] {
        &self.row[FRONT..]
    }

    /// There are as many elements as it says, and nothing else.
    pub(super) fn is_whole(&self) -> bool {
        let values = self.values();
        skip_values(values, self.count()).is_ok_and(|len| len == values.len())
    }

    /// So many more elements may be added.
    pub(super) fn has_room(&self, count: usize, bytes: usize) -> bool {
        fits(self.count() + count, self.row.len() + bytes)
    }

    /// No more than it may have, and no less than it should.
    pub(super) fn is_of_good_size(&self) -> bool {
        (BYTES_MIN..=BYTES_MAX).contains(&self.row.len()) && self.count() > 0
    }

    /// Adds elements at the end.
    pub(super) fn push(&mut self, count: usize, values: &[u8]) {
        self.row.extend_from_slice(values);
        let count = self.count() + count;
        set_count(&mut self.row, count);
    }

    /// Puts elements in the place of `removed` ones; gives these.
    pub(super) fn splice(
        &mut self,
        index: usize,
        removed: usize,
        count: usize,
        new: &[u8],
    ) -> Option<Self> {
        let start = FRONT + skip_values(self.values(), index).ok()?;
        let end = start + skip_values(&self.row[start..], removed).ok()?;
        let old = Self::of(removed, &self.row[start..end]);
        replace_range(&mut self.row, start, end, new);
        let count = self.count() - removed + count;
        set_count(&mut self.row, count);
        Some(old)
    }

    /// As many leaves of about one size as it takes for each to keep to the bounds; no leaf, if there
    /// are no elements.
    pub(super) fn divide(self) -> Option<Vec<Self>> {
        let (count, bytes) = (self.count(), self.row.len());
        if count == 0 {
            return Some(Vec::new());
        }
        if count == 1 || fits(count, bytes) {
            return Some(vec![self]);
        }
        if !self.is_whole() {
            return None;
        }
        let size = bytes.div_ceil(bytes.div_ceil(BYTES_MAX));
        let mut leaves = vec![Self::new()];
        self.iter().for_each(|value| pack(&mut leaves, value, size));
        Some(leaves)
    }

    /// The bytes of each element, up to where they are damaged.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.values();
        std::iter::from_fn(move || {
            let (value, after) = rest.split_at(skip_values(rest, 1).ok()?);
            rest = after;
            Some(value)
        })
    }
}

/// Adds an element to the last of these leaves, or to another one once that has reached `size`.
pub(super) fn pack(leaves: &mut Vec<LeafBuf>, value: &[u8], size: usize) {
    match leaves.last_mut() {
        Some(leaf) if leaf.count() == 0 || leaf.bytes() < size && leaf.has_room(1, value.len()) => {
            leaf.push(1, value);
        }
        _ => leaves.push(LeafBuf::of(1, value)),
    }
}

/// Leaves, as full as they can be, of elements that `writer` makes bytes of; none for no elements.
pub(super) fn pack_all<T: Serialize>(
    writer: &mut RowWriter,
    elements: impl IntoIterator<Item = T>,
) -> Result<Vec<LeafBuf>> {
    let (mut leaves, mut value) = (Vec::new(), Vec::new());
    for element in elements {
        value.clear();
        writer.encode(&element, &mut value)?;
        pack(&mut leaves, &value, BYTES_MAX);
    }
    Ok(leaves)
}

/// Whether a leaf of several elements may be so large.
fn fits(count: usize, bytes: usize) -> bool {
    bytes <= BYTES_MAX && count <= u16::MAX.into()
}

fn set_count(row: &mut [u8], count: usize) {
    let count = u16::try_from(count).unwrap_or_else(|_| unreachable!("checked by `fits`"));
    row[1..FRONT].copy_from_slice(&count.to_be_bytes());
}

fn replace_range(row: &mut Vec<u8>, start: usize, end: usize, new: &[u8]) {
    if new.len() == end - start {
        row[start..end].copy_from_slice(new);
    } else {
        row.splice(start..end, new.iter().copied());
    }
}

/// Adds an element to a row where it stands, if there is room for it; first `agree` is asked.
#[inline]
pub(super) fn push_in_place(row: &mut Vec<u8>, value: &[u8], agree: impl FnOnce() -> bool) -> bool {
    let Some(count) = Leaf::parse(row).map(|leaf| leaf.count) else { return false };
    let pushed = count > 0 && fits(count + 1, row.len() + value.len()) && agree();
    if pushed {
        row.extend_from_slice(value);
        set_count(row, count + 1);
    }
    pushed
}

/// Puts another element in the place of one of `old` bytes, where it stands, if the leaf stays of a
/// good size.
pub(super) fn set_in_place(row: &mut Vec<u8>, index: usize, old: usize, value: &[u8]) -> bool {
    let Some(leaf) = Leaf::parse(row) else { return false };
    let start = skip_values(leaf.values, index).ok().map(|start| FRONT + start);
    let Some(start) = start.filter(|start| start + old <= row.len()) else { return false };
    let bytes = row.len() - old + value.len();
    let set = value.len() == old || fits(leaf.count, bytes) && bytes >= BYTES_MIN;
    if set {
        replace_range(row, start, start + old, value);
    }
    set
}

/// Takes off the last element, of `old` bytes, if others stay, and if `agree` does.
pub(super) fn pop_in_place(row: &mut Vec<u8>, old: usize, agree: impl FnOnce() -> bool) -> bool {
    let Some(leaf) = Leaf::parse(row) else { return false };
    let (count, values) = (leaf.count, leaf.values.len());
    let popped = count > 1 && old < values && agree();
    if popped {
        row.truncate(FRONT + values - old);
        set_count(row, count - 1);
    }
    popped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(len: usize) -> Vec<u8> {
        let front = [&[0xda][..], &u16::try_from(len).unwrap().to_be_bytes()].concat();
        [front, vec![b'x'; len]].concat()
    }

    #[test]
    fn large_elements_get_leaves_of_their_own() {
        let values = [vec![7; 900], text(5000), vec![8; 900], text(10)].concat();
        let leaves = LeafBuf::of(1802, &values).divide().unwrap();
        assert!(leaves.iter().all(|leaf| leaf.count() == 1 || leaf.bytes() <= BYTES_MAX));
        assert_eq!(leaves.iter().map(LeafBuf::count).sum::<usize>(), 1802);
        let joined: Vec<u8> = leaves.iter().flat_map(LeafBuf::values).copied().collect();
        assert_eq!(joined, values);
        assert!(leaves.iter().any(|leaf| leaf.count() == 1 && leaf.bytes() > 5000));
    }

    #[test]
    fn elements_go_and_come() {
        let values: Vec<u8> = (0..100).collect();
        let mut leaf = LeafBuf::of(100, &values);
        let rest = leaf.splice(30, 70, 0, &[]).unwrap();
        assert_eq!((leaf.count(), rest.count()), (30, 70));
        let old = leaf.splice(10, 5, 1, &[9]).unwrap();
        assert_eq!(old, LeafBuf::of(5, &[10, 11, 12, 13, 14]));
        assert_eq!(leaf.count(), 26);
        leaf.push(rest.count(), rest.values());
        let row = leaf.clone().into_row();
        let read = Leaf::parse(&row).unwrap();
        assert_eq!(read.element(10), Some(&[9][..]));
        assert_eq!(read.element(95), Some(&[99][..]));
        assert_eq!(read.element(96), None);
        assert_eq!(LeafBuf::of_row(row), Some(leaf));
    }

    #[test]
    fn single_elements_change_where_they_stand() {
        let mut row = LeafBuf::of(3, &[1, 2, 3]).into_row();
        assert!(set_in_place(&mut row, 1, 1, &[7]));
        assert!(!push_in_place(&mut row, &[4], || false));
        assert!(push_in_place(&mut row, &[4], || true));
        assert!(pop_in_place(&mut row, 1, || true));
        assert_eq!(row, LeafBuf::of(3, &[1, 7, 3]).into_row());
        // An empty leaf has no row, a large one is divided, and a small one joined with another.
        assert!(!pop_in_place(&mut LeafBuf::of(1, &[1]).into_row(), 1, || true));
        assert!(!push_in_place(&mut LeafBuf::new().into_row(), &[1], || true));
        assert!(!push_in_place(&mut row, &text(BYTES_MAX), || true));
        assert!(!set_in_place(&mut row, 0, 1, &text(BYTES_MAX)));
        assert!(!set_in_place(&mut row, 0, 1, &text(2)));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(mut row: Vec<u8>, count: u8, index in 0..70_000_usize, old in 0..300_usize) {
            row.splice(0..0, [ARRAY, 0, count]);
            let leaf = Leaf::parse(&row).expect("it begins like one");
            let _ = leaf.element(index);
            let bounds = leaf.bounds();
            prop_assert!(bounds.is_none_or(|bounds| bounds.len() == leaf.count + 1));
            let leaf = LeafBuf::of_row(row.clone()).expect("it begins like one");
            if let Some(leaves) = leaf.clone().divide() {
                prop_assert_eq!(leaves.iter().map(LeafBuf::count).sum::<usize>(), leaf.count());
            }
            let removed = old.min(leaf.count());
            let _ = leaf.clone().splice(index.min(leaf.count() - removed), removed, 1, &[1]);
            let _ = push_in_place(&mut row.clone(), &[1], || true);
            let _ = pop_in_place(&mut row.clone(), old, || true);
            let _ = set_in_place(&mut row, index, old, &[1]);
        }
    }
}
