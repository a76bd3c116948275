//! A copy of a file without its free pages: page after page, numbered anew.

use std::{fs::File, io, os::unix::fs::FileExt};

use super::{
    file::{Fault, PageFile},
    meta::{HEADER, Meta, Record},
    page::{Beside, OVERFLOW},
    tree::DEPTH_MAX,
};

/// Where pages begin behind the headers.
const FIRST: u64 = 2;
/// Bytes that are written at a time.
const STEP_BYTES: usize = 1 << 20;
/// A tree stands below the main one.
const LEVELS_MAX: usize = 2 * DEPTH_MAX;

/// Why there is no copy.
#[derive(Debug)]
pub(crate) enum Uncopied {
    /// The file is damaged.
    Damaged(Fault),
    /// The copy could not be written.
    Unwritten(io::Error),
}

impl From<Fault> for Uncopied {
    fn from(fault: Fault) -> Self {
        Self::Damaged(fault)
    }
}

impl From<io::Error> for Uncopied {
    fn from(error: io::Error) -> Self {
        Self::Unwritten(error)
    }
}

/// Writes what a commit uses to an empty file, and tells how many bytes have been written.
pub(crate) fn copy(file: &PageFile, to: &File, told: &mut dyn FnMut(u64)) -> Result<(), Uncopied> {
    let written = FIRST * file.page_bytes() as u64;
    let mut copying = Copying { file, to, told, next: FIRST, written, waiting: Vec::new() };
    let root = file.meta().main.root.map(|root| copying.page(root, 0)).transpose()?;
    copying.send()?;
    let Copying { next, .. } = copying;
    // Last: a copy that is cut short shows nothing.
    let meta = file.meta();
    let free = meta.free.empty();
    let none = Meta { free, main: meta.main.empty(), last_page: FIRST - 1, txn: 0, ..*meta };
    let all =
        Meta { free, main: Record { root, ..meta.main }, last_page: next - 1, txn: 1, ..*meta };
    to.write_all_at(&[none.encode(0), all.encode(1)].concat(), 0)?;
    Ok(())
}

struct Copying<'a> {
    file: &'a PageFile,
    to: &'a File,
    told: &'a mut dyn FnMut(u64),
    /// The number of the next page.
    next: u64,
    /// Bytes that have been written, and those that wait for it.
    written: u64,
    waiting: Vec<u8>,
}

impl Copying<'_> {
    /// Copies a page, behind all that is below it; gives its new number.
    fn page(&mut self, number: u64, level: usize) -> Result<u64, Uncopied> {
        if level == LEVELS_MAX {
            return Err(Fault::new(number, "the tree is too deep").into());
        }
        let page = self.file.page(number)?;
        let mut copy = page.to_bytes();
        for place in 0..page.len() {
            let below = match page.beside(place) {
                Beside::Child(child) => Some(self.page(child, level + 1)?),
                Beside::Long(first, len) => Some(self.long(first, len)?),
                Beside::Tree(record) => {
                    let damaged = || Fault::new(number, "a table's record is damaged");
                    let root = Record::parse(&record).ok_or_else(damaged)?.root;
                    root.map(|root| self.page(root, level + 1)).transpose()?
                }
                Beside::Value(_) => None,
            };
            if let Some(below) = below {
                page.lead(&mut copy, place, below);
            }
        }
        let new = self.take(number, 1)?;
        copy[..8].copy_from_slice(&new.to_ne_bytes());
        self.put(&copy)?;
        Ok(new)
    }

    /// Copies a long value; gives its first page.
    fn long(&mut self, first: u64, len: usize) -> Result<u64, Uncopied> {
        let value = self.file.long(first, len)?;
        let pages = self.file.pages_of(len);
        let new = self.take(first, pages)?;
        let mut header = new.to_ne_bytes().to_vec();
        header.resize(HEADER, 0);
        header[10..12].copy_from_slice(&OVERFLOW.to_ne_bytes());
        header[12..].copy_from_slice(&(pages as u32).to_ne_bytes());
        self.put(&header)?;
        self.put(&value)?;
        let rest = pages as usize * self.file.page_bytes() - HEADER - len;
        self.put(&vec![0; rest])?;
        Ok(new)
    }

    /// Takes numbers for pages: no more than the file has, whatever its pages say.
    fn take(&mut self, of: u64, pages: u64) -> Result<u64, Fault> {
        let new = self.next;
        self.next += pages;
        if self.next > self.file.len() {
            return Err(Fault::new(of, "pages are used more than once"));
        }
        Ok(new)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() < STEP_BYTES { Ok(()) } else { self.send() }
    }

    fn send(&mut self) -> io::Result<()> {
        self.to.write_all_at(&self.waiting, self.written)?;
        self.written += self.waiting.len() as u64;
        self.waiting.clear();
        (self.told)(self.written);
        Ok(())
    }
}
