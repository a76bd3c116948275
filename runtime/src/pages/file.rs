//! A file of pages, as one commit left it: page by page, a few of them kept at hand.

use std::{
    cell::RefCell,
    fmt,
    fs::{File, OpenOptions},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::Path,
    rc::Rc,
};

use super::{
    meta::{HEADER, Meta, Metas, u16_at, u32_at, u64_at},
    page::{Bytes, OVERFLOW, Page},
};
use crate::{Error, Result};

/// Pages that are kept at hand: 16 MiB of the usual size.
const AT_HAND: usize = 4096;
/// More than any row of db0's takes: a list of all that a very large commit has changed.
const VALUE_BYTES_MAX: usize = 1 << 30;

/// What is wrong with a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Its number.
    pub(crate) page: u64,
    /// What is wrong with it.
    pub(crate) why: String,
}

impl Fault {
    pub(super) fn new(page: u64, why: impl Into<String>) -> Self {
        Self { page, why: why.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "page {}: {}", self.page, self.why)
    }
}

/// A file that is read page by page. Nothing of it is mapped.
pub(crate) struct PageFile {
    file: File,
    metas: Metas,
    meta: Meta,
    /// Whole pages that the file has.
    pages: u64,
    at_hand: RefCell<Vec<Option<(u64, Page)>>>,
}

impl PageFile {
    /// Opens a file as the last commit left it; links are not followed. The caller sees to it that
    /// pages of that commit stay as they are.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Self::open_as(path, Metas::newest)
    }

    /// Opens a file as the commit before the last one left it, if nobody writes it.
    pub(crate) fn open_before(path: &Path) -> Result<Self> {
        Self::open_as(path, Metas::before)
    }

    fn open_as(path: &Path, pick: fn(&Metas) -> Option<&Meta>) -> Result<Self> {
        let file = OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW).open(path);
        Self::of_file(file.map_err(|error| Error::io("opening", path, &error))?, path, pick)
    }

    /// As [`open`](Self::open), of a file that is open: it may be at its path no longer.
    pub(crate) fn of_open(file: File, path: &Path) -> Result<Self> {
        Self::of_file(file, path, Metas::newest)
    }

    fn of_file(file: File, path: &Path, pick: fn(&Metas) -> Option<&Meta>) -> Result<Self> {
        let failed = |error: std::io::Error| Error::io("opening", path, &error);
        let metas = Metas::read_live(&file).map_err(failed)?;
        let len = file.metadata().map_err(failed)?.len();
        let none = || Error::Format {
            path: path.into(),
            why: "it has no LMDB header: it is not one of db0's files, or is damaged".into(),
        };
        let meta = *pick(&metas).ok_or_else(none)?;
        let pages = len / u64::from(meta.page_bytes);
        let at_hand = RefCell::new(vec![None; AT_HAND]);
        Ok(Self { file, metas, meta, pages, at_hand })
    }

    pub(crate) fn metas(&self) -> &Metas {
        &self.metas
    }

    pub(super) fn page_bytes(&self) -> usize {
        self.meta.page_bytes as usize
    }

    pub(super) fn meta(&self) -> &Meta {
        &self.meta
    }

    /// How many pages there are.
    pub(crate) fn len(&self) -> u64 {
        self.meta.last_page.saturating_add(1)
    }

    /// LMDB's number of the commit.
    pub(crate) fn txn(&self) -> u64 {
        self.meta.txn
    }

    /// The size of all pages.
    pub(crate) fn bytes(&self) -> u64 {
        self.len().saturating_mul(self.meta.page_bytes.into())
    }

    /// Nobody has committed since it was opened.
    pub(crate) fn is_newest(&self) -> bool {
        let newest = Metas::read_live(&self.file).ok().and_then(|metas| metas.newest().copied());
        newest.is_some_and(|newest| newest.txn == self.meta.txn)
    }

    /// All pages of the commit are there, free ones too.
    pub(crate) fn is_whole(&self) -> bool {
        self.meta.last_page < self.pages
    }

    /// Whole pages that the file has.
    pub(super) fn pages(&self) -> u64 {
        self.pages
    }

    fn bytes_at(&self, page: u64, offset: usize, len: usize) -> Result<Rc<[u8]>, Fault> {
        let size = self.meta.page_bytes as usize;
        let needed = (offset + len).div_ceil(size) as u64;
        let end = page.checked_add(needed);
        if page < 2 || end.is_none_or(|end| end > self.pages || end > self.len()) {
            return Err(Fault::new(page, "it is not in the file"));
        }
        let mut bytes: Rc<[u8]> = vec![0; len].into();
        let to = Rc::get_mut(&mut bytes).unwrap_or_else(|| unreachable!("nobody else has it yet"));
        let read = self.file.read_exact_at(to, page * size as u64 + offset as u64);
        read.map(|()| bytes).map_err(|error| Fault::new(page, format!("it can't be read: {error}")))
    }

    /// A page of a tree.
    pub(super) fn page(&self, number: u64) -> Result<Page, Fault> {
        let place = number as usize % AT_HAND;
        if let Some((there, page)) = &self.at_hand.borrow()[place]
            && *there == number
        {
            return Ok(page.clone());
        }
        let bytes = self.bytes_at(number, 0, self.meta.page_bytes as usize)?;
        let page = Page::check(number, bytes).map_err(|why| Fault::new(number, why))?;
        self.at_hand.borrow_mut()[place] = Some((number, page.clone()));
        Ok(page)
    }

    /// How many pages a long value of this length takes.
    pub(super) fn pages_of(&self, len: usize) -> u64 {
        ((HEADER + len) as u64).div_ceil(self.meta.page_bytes.into())
    }

    /// A long value, in pages of its own.
    pub(super) fn long(&self, first: u64, len: usize) -> Result<Bytes, Fault> {
        if len > VALUE_BYTES_MAX {
            return Err(Fault::new(first, "a row is longer than any"));
        }
        let front = self.bytes_at(first, 0, HEADER)?;
        let is_run = u64_at(&front, 0) == Some(first)
            && u16_at(&front, 10) == Some(OVERFLOW)
            && u32_at(&front, 12).map(u64::from) == Some(self.pages_of(len));
        if !is_run {
            return Err(Fault::new(first, "it is not the beginning of a row of this length"));
        }
        self.bytes_at(first, HEADER, len).map(Bytes::all)
    }
}
