//! A tree of rows: looked up by key, and walked in order.

use super::{
    file::{Fault, PageFile},
    meta::Record,
    page::{Beside, Bytes, Page},
};

/// Deeper than any: a page that branches has two children at least.
pub(super) const DEPTH_MAX: usize = 32;

/// The pages in front of all trees.
const HEADERS: u64 = 2;

/// A tree of a file.
#[derive(Clone, Copy)]
pub(crate) struct Tree<'f> {
    file: &'f PageFile,
    root: Option<u64>,
}

impl<'f> Tree<'f> {
    pub(crate) fn of(file: &'f PageFile, record: &Record) -> Self {
        Self { file, root: record.root }
    }

    /// The main tree of a file, in which the roots of the others stand.
    pub(crate) fn main(file: &'f PageFile) -> Self {
        Self::of(file, &file.meta().main)
    }

    /// A table of the main tree, if there is one of this name.
    pub(crate) fn table(&self, name: &[u8]) -> Result<Option<Self>, Fault> {
        Ok(self.record(name)?.map(|record| Self::of(self.file, &record)))
    }

    /// What the main tree knows of a table.
    fn record(&self, name: &[u8]) -> Result<Option<Record>, Fault> {
        let mut next = self.root;
        for _ in 0..DEPTH_MAX {
            let Some(number) = next else { return Ok(None) };
            let page = self.page(number)?;
            let place = page.find(name);
            next = None;
            match page.beside(place.min(page.len() - 1)) {
                Beside::Child(child) => next = Some(child),
                Beside::Tree(record) if place < page.len() && page.key(place)[..] == *name => {
                    let damaged = || Fault::new(number, "a table's record is damaged");
                    return Record::parse(&record).ok_or_else(damaged).map(Some);
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// How many bytes are in use: by the headers, the main tree and the list of free pages, and by
    /// tables of these names.
    pub(crate) fn used_bytes<'n>(
        file: &'f PageFile,
        tables: impl Iterator<Item = &'n str>,
    ) -> Result<u64, Fault> {
        let main = Self::main(file);
        let own = [file.meta().main, file.meta().free];
        let mut pages = HEADERS;
        for record in own {
            pages = record.pages.into_iter().fold(pages, u64::saturating_add);
        }
        for name in tables {
            let record = main.record(name.as_bytes())?;
            pages = record
                .map_or([0; 3], |record| record.pages)
                .into_iter()
                .fold(pages, u64::saturating_add);
        }
        Ok(pages.saturating_mul(file.meta().page_bytes.into()))
    }

    pub(super) fn root(&self) -> Option<u64> {
        self.root
    }

    pub(super) fn page(&self, number: u64) -> Result<Page, Fault> {
        self.file.page(number)
    }

    /// The row at a key.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Bytes>, Fault> {
        let mut rows = self.rows_from(key)?;
        Ok(rows.next()?.filter(|(found, _)| found[..] == *key).map(|(_, row)| row))
    }

    /// All rows, in the order of their keys.
    pub(crate) fn rows(&self) -> Result<Rows<'f>, Fault> {
        self.rows_from(&[])
    }

    /// The rows from a key on, in their order.
    pub(crate) fn rows_from(&self, key: &[u8]) -> Result<Rows<'f>, Fault> {
        let mut rows = Rows { file: self.file, way: Vec::new() };
        let mut next = self.root;
        while let Some(number) = next {
            let page = rows.push(number)?;
            let place = page.find(key);
            rows.place_last(place);
            next = match (page.is_leaf(), page.beside(place.min(page.len() - 1))) {
                (false, Beside::Child(child)) => Some(child),
                _ => None,
            };
        }
        Ok(rows)
    }
}

/// A walk through a tree.
pub(crate) struct Rows<'f> {
    file: &'f PageFile,
    /// The pages from the root down, and where in each the next row is.
    way: Vec<(Page, usize)>,
}

impl Rows<'_> {
    fn push(&mut self, number: u64) -> Result<Page, Fault> {
        if self.way.len() == DEPTH_MAX {
            return Err(Fault::new(number, "the tree is too deep"));
        }
        let page = self.file.page(number)?;
        self.way.push((page.clone(), 0));
        Ok(page)
    }

    fn place_last(&mut self, place: usize) {
        if let Some((_, at)) = self.way.last_mut() {
            *at = place;
        }
    }

    /// The next row; a tree within the tree is passed over.
    pub(crate) fn next(&mut self) -> Result<Option<(Bytes, Bytes)>, Fault> {
        while let Some((page, place)) = self.way.last_mut() {
            if *place >= page.len() {
                self.way.pop();
                if let Some((_, place)) = self.way.last_mut() {
                    *place += 1;
                }
                continue;
            }
            let (key, beside) = (page.key(*place), page.beside(*place));
            if let Beside::Child(child) = beside {
                self.push(child)?;
                continue;
            }
            *place += 1;
            match beside {
                Beside::Value(value) => return Ok(Some((key, value))),
                Beside::Long(first, len) => return Ok(Some((key, self.file.long(first, len)?))),
                Beside::Tree(_) | Beside::Child(_) => {}
            }
        }
        Ok(None)
    }
}
