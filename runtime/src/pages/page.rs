//! One page of a tree, and what stands in it.

use std::{
    ops::{Deref, Range},
    rc::Rc,
};

use super::meta::{HEADER, u16_at, u32_at, u64_at};

const BRANCH: u16 = 1;
const LEAF: u16 = 2;
pub(super) const OVERFLOW: u16 = 4;
/// In front of each key.
const NODE: usize = 8;
const LONG: u16 = 1;
const TREE: u16 = 2;

/// Some bytes of a file, kept in memory while somebody has them.
#[derive(Clone, Debug)]
pub(crate) struct Bytes {
    page: Rc<[u8]>,
    range: Range<usize>,
}

impl Bytes {
    pub(super) fn all(page: Rc<[u8]>) -> Self {
        let range = 0..page.len();
        Self { page, range }
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.page[self.range.clone()]
    }
}

/// What stands beside a key.
#[derive(Clone, Debug)]
pub(super) enum Beside {
    /// The page that the rows from this key on are below.
    Child(u64),
    Value(Bytes),
    /// So many bytes, in pages from this one on.
    Long(u64, usize),
    /// A tree of its own.
    Tree(Bytes),
}

/// A page of a tree that has been looked through: all that is in it stands within it.
#[derive(Clone, Debug)]
pub(super) struct Page {
    bytes: Rc<[u8]>,
    is_leaf: bool,
    len: usize,
}

impl Page {
    /// Looks a page through; `Err` says what is wrong with it.
    pub(super) fn check(number: u64, bytes: Rc<[u8]>) -> Result<Self, &'static str> {
        if u64_at(&bytes, 0) != Some(number) {
            return Err("it has another page's number");
        }
        let is_leaf = match u16_at(&bytes, 10) {
            Some(LEAF) => true,
            Some(BRANCH) => false,
            _ => return Err("it is not a page of a tree"),
        };
        let (lower, upper) = (u16_at(&bytes, 12), u16_at(&bytes, 14));
        let (Some(lower), Some(upper)) = (lower.map(usize::from), upper.map(usize::from)) else {
            return Err("it is cut off");
        };
        if lower < HEADER || lower > upper || upper > bytes.len() || lower % 2 != 0 {
            return Err("its bounds are damaged");
        }
        let len = (lower - HEADER) / 2;
        if len == 0 || !is_leaf && len < 2 {
            return Err("it has too few keys");
        }
        let page = Self { bytes, is_leaf, len };
        let is_sound = (0..len).all(|place| page.is_sound(place, upper));
        is_sound.then_some(page).ok_or("what it says stands outside of it")
    }

    fn at(&self, place: usize) -> usize {
        u16_at(&self.bytes, HEADER + 2 * place).unwrap_or(u16::MAX).into()
    }

    /// Key and data of a node; meaningless before it has been looked at.
    fn ranges(&self, place: usize) -> (Range<usize>, Range<usize>) {
        let at = self.at(place);
        let word = |offset| usize::from(u16_at(&self.bytes, at + offset).unwrap_or(u16::MAX));
        let key = at + NODE..at + NODE + word(6);
        let data = if !self.is_leaf {
            0
        } else if word(4) as u16 & LONG != 0 {
            8
        } else {
            word(0) | word(2) << 16
        };
        (key.clone(), key.end..key.end + data)
    }

    fn is_sound(&self, place: usize, upper: usize) -> bool {
        let at = self.at(place);
        if at < upper || at + NODE > self.bytes.len() {
            return false;
        }
        let (_, data) = self.ranges(place);
        let flags = u16_at(&self.bytes, at + 4).unwrap_or(u16::MAX);
        let is_known = !self.is_leaf
            || matches!(flags, 0 | LONG)
            || flags == TREE && data.len() == super::meta::Record::BYTES;
        data.end <= self.bytes.len() && is_known
    }

    pub(super) fn is_leaf(&self) -> bool {
        self.is_leaf
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn key(&self, place: usize) -> Bytes {
        Bytes { page: self.bytes.clone(), range: self.ranges(place).0 }
    }

    fn key_slice(&self, place: usize) -> &[u8] {
        &self.bytes[self.ranges(place).0]
    }

    pub(super) fn beside(&self, place: usize) -> Beside {
        let at = self.at(place);
        let word = |offset| u64::from(u16_at(&self.bytes, at + offset).unwrap_or(0));
        if !self.is_leaf {
            return Beside::Child(word(0) | word(2) << 16 | word(4) << 32);
        }
        let (_, data) = self.ranges(place);
        let flags = word(4) as u16;
        if flags & LONG != 0 {
            let len = u32_at(&self.bytes, at).unwrap_or(u32::MAX) as usize;
            return Beside::Long(u64_at(&self.bytes, data.start).unwrap_or(u64::MAX), len);
        }
        let bytes = Bytes { page: self.bytes.clone(), range: data };
        if flags & TREE != 0 { Beside::Tree(bytes) } else { Beside::Value(bytes) }
    }

    /// Its bytes, to be written elsewhere: without what is left of rows that are gone.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut copy = self.bytes.to_vec();
        let bound = |at| usize::from(u16_at(&self.bytes, at).unwrap_or(0));
        copy[bound(12)..bound(14)].fill(0);
        copy
    }

    /// Has a copy of its bytes lead to another page, where it leads to a child, a tree or a long value.
    pub(super) fn lead(&self, copy: &mut [u8], place: usize, to: u64) {
        let (at, data) = (self.at(place), self.ranges(place).1);
        let bytes = to.to_ne_bytes();
        match self.beside(place) {
            Beside::Child(_) => {
                [(0, to), (2, to >> 16), (4, to >> 32)].into_iter().for_each(|(offset, part)| {
                    copy[at + offset..at + offset + 2]
                        .copy_from_slice(&(part as u16).to_ne_bytes());
                });
            }
            Beside::Long(..) => copy[data.start..data.start + 8].copy_from_slice(&bytes),
            Beside::Tree(_) => copy[data.end - 8..data.end].copy_from_slice(&bytes),
            Beside::Value(_) => {}
        }
    }

    /// The first key at or after `key`, by bytes; of a page that branches, the child that it is below.
    pub(super) fn find(&self, key: &[u8]) -> usize {
        let (mut low, mut high) = (usize::from(!self.is_leaf), self.len);
        while low < high {
            let middle = usize::midpoint(low, high);
            let is_before = if self.is_leaf {
                self.key_slice(middle) < key
            } else {
                self.key_slice(middle) <= key
            };
            if is_before { low = middle + 1 } else { high = middle }
        }
        if self.is_leaf { low } else { low - 1 }
    }
}
