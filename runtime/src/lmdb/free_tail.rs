//! Whether the pages that a file lacks at its end are free: then it is whole.
//!
//! LMDB writes no page that a transaction took and gave back again. If such ones were to stand at the
//! end, the file is shorter than its last page says, until another transaction takes them. They are in
//! the list of free pages, which is read here from the file as it is: to map it would mean to be killed
//! by what really is cut off.
//!
//! ```text
//! page      number u64 · pad u16 · flags u16 · lower u16 · upper u16 · places of nodes, u16 each
//! node      low u16 · high u16 · flags u16 · key length u16 · key · data
//! branch    the child's number: low, high, flags
//! leaf      the data's length: low, high; where flagged, the data is the number of pages of its own
//! record    count u64 · page numbers, u64 each
//! ```

use std::{collections::HashSet, fs::File, io, os::unix::fs::FileExt};

const HEADER_BYTES: usize = 16;
const BRANCH: u16 = 0x01;
const LEAF: u16 = 0x02;
const ON_OWN_PAGES: u16 = 0x01;
/// What stands for the root of an empty tree.
const NO_PAGE: u64 = u64::MAX;

/// A file that ends before its last page.
pub(super) struct ShortFile<'f> {
    pub(super) file: &'f File,
    pub(super) bytes: u64,
    pub(super) page_bytes: u64,
    /// The page that its list of free pages begins with.
    pub(super) free_root: u64,
    pub(super) last_page: u64,
}

impl ShortFile<'_> {
    /// All pages that it lacks are free; false as well for a list that makes no sense.
    pub(super) fn lacks_free_pages_alone(&self) -> io::Result<bool> {
        let first_lacking = self.bytes / self.page_bytes;
        let mut lacking = HashSet::new();
        let mut seen = HashSet::new();
        let mut pages = vec![self.free_root];
        while let Some(number) = pages.pop().filter(|number| *number != NO_PAGE) {
            let mut free = |record: &[u8]| {
                let numbers = record.chunks_exact(8).skip(1).filter_map(|chunk| u64_at(chunk, 0));
                let lacks = |number: &u64| (first_lacking..=self.last_page).contains(number);
                lacking.extend(numbers.filter(lacks));
            };
            let sound = seen.insert(number) && self.look_at(number, &mut pages, &mut free)?;
            if !sound {
                return Ok(false);
            }
        }
        Ok(lacking.len() as u64 == self.last_page - first_lacking + 1)
    }

    /// Takes a page of the list apart; false if it makes no sense.
    fn look_at(
        &self,
        number: u64,
        below: &mut Vec<u64>,
        free: &mut impl FnMut(&[u8]),
    ) -> io::Result<bool> {
        let Some(page) = self.bytes_at(number, 0, self.page_bytes)? else { return Ok(false) };
        let (Some(flags), Some(lower)) = (u16_at(&page, 10), u16_at(&page, 12)) else {
            return Ok(false);
        };
        for place in (HEADER_BYTES..lower.into()).step_by(2) {
            let node = u16_at(&page, place).and_then(|at| Node::parse(page.get(at.into()..)?));
            let Some(node) = node else { return Ok(false) };
            if flags & BRANCH != 0 {
                below.push(node.number);
            } else if flags & LEAF == 0 {
                return Ok(false);
            } else if node.flags & ON_OWN_PAGES == 0 {
                let Some(record) = node.data.get(..node.data_len()) else { return Ok(false) };
                free(record);
            } else {
                let Some(own) = u64_at(node.data, 0) else { return Ok(false) };
                let len = node.data_len() as u64;
                let Some(record) = self.bytes_at(own, HEADER_BYTES as u64, len)? else {
                    return Ok(false);
                };
                free(&record);
            }
        }
        Ok(true)
    }

    /// Bytes from a page on; none beyond the end of the file.
    fn bytes_at(&self, number: u64, skip: u64, len: u64) -> io::Result<Option<Vec<u8>>> {
        let at = number.checked_mul(self.page_bytes).and_then(|at| at.checked_add(skip));
        let end = at.and_then(|at| at.checked_add(len)).filter(|end| *end <= self.bytes);
        let (Some(at), Some(_), Ok(len)) = (at, end, usize::try_from(len)) else {
            return Ok(None);
        };
        let mut bytes = vec![0; len];
        self.file.read_exact_at(&mut bytes, at)?;
        Ok(Some(bytes))
    }
}

struct Node<'p> {
    /// The child's number, on a branch page.
    number: u64,
    flags: u16,
    data: &'p [u8],
}

impl<'p> Node<'p> {
    fn parse(bytes: &'p [u8]) -> Option<Self> {
        let word = |at| u16_at(bytes, at);
        let (flags, key) = (word(4)?, word(6)?);
        let places = if cfg!(target_endian = "little") { [0, 2] } else { [2, 0] };
        let (low, high) = (word(places[0])?, word(places[1])?);
        let number = u64::from(low) | u64::from(high) << 16 | u64::from(flags) << 32;
        Some(Self { number, flags, data: bytes.get(8 + usize::from(key)..)? })
    }

    fn data_len(&self) -> usize {
        (self.number & 0xFFFF_FFFF) as usize
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_ne_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 8)?.try_into().ok().map(u64::from_ne_bytes)
}
