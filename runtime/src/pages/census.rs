//! A count of all pages: each is in a tree once, or free, and nothing else.

use super::{
    bitmap::Bitmap,
    file::{Fault, PageFile},
    meta::{Record, u64_at},
    page::{Beside, Bytes},
    tree::DEPTH_MAX,
};

/// Keys of the tree of free pages are numbers.
const NUMBERED: u16 = 8;
/// Pages at the end that a file may be short of, since they are free and were never written.
const UNWRITTEN_MAX: u64 = 1 << 22;
/// Faults that are told; a damaged file may have one in every page.
const FAULTS_MAX: usize = 1000;

/// A table of the main tree.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: Vec<u8>,
    /// Where its rows are.
    pub(crate) record: Record,
    /// No page of it is damaged.
    pub(crate) is_whole: bool,
}

/// What became of all pages of a file.
#[derive(Debug)]
pub(crate) struct Census {
    /// What is wrong.
    pub(crate) faults: Vec<Fault>,
    /// Pages in trees, the two meta pages, and those of long rows.
    pub(crate) used: u64,
    /// Pages that are free.
    pub(crate) free: u64,
    /// The tables.
    pub(crate) tables: Vec<Table>,
}

impl Census {
    /// Counts the pages of a file; `told` is called every now and then.
    pub(crate) fn take(file: &PageFile, told: &mut dyn FnMut()) -> Self {
        let Some(len) = check_length(file) else {
            let why = "the file is truncated: restore it from a copy";
            let faults = vec![Fault::new(file.pages(), why)];
            return Self { faults, used: 0, free: 0, tables: Vec::new() };
        };
        let mut counting = Counting::new(file, len, told);
        counting.free_pages();
        let tables = counting.main();
        counting.settle(tables)
    }
}

/// How many pages there are to be; none if the file lacks too many for those to be free.
fn check_length(file: &PageFile) -> Option<u64> {
    let len = file.meta().last_page.checked_add(1)?;
    (len <= file.pages().saturating_add(UNWRITTEN_MAX)).then_some(len)
}

/// Whether all pages behind the end of the file are free: then nothing is missing.
pub(crate) fn lacks_only_free(file: &PageFile) -> bool {
    let Some(len) = check_length(file) else { return false };
    let quiet: &mut dyn FnMut() = &mut || ();
    let mut counting = Counting::new(file, len, quiet);
    counting.free_pages();
    counting.faults.is_empty() && (file.pages()..len).all(|page| counting.free.has(page))
}

struct Counting<'a> {
    file: &'a PageFile,
    used: Bitmap,
    free: Bitmap,
    faults: Vec<Fault>,
    told: &'a mut dyn FnMut(),
}

/// A tree while it is walked.
#[derive(Default)]
struct Walked {
    pages: [u64; 3],
    entries: u64,
    is_numbered: bool,
    last: Option<Bytes>,
    /// The last key was that of a page, whose first row may have it too.
    may_be_last: bool,
}

/// What is called with each row of a tree.
type Each<'e> = &'e mut dyn FnMut(&mut Counting<'_>, &Bytes, Beside);

impl<'a> Counting<'a> {
    fn new(file: &'a PageFile, len: u64, told: &'a mut dyn FnMut()) -> Self {
        let (mut used, free) = (Bitmap::new(len), Bitmap::new(len));
        // The meta pages.
        for page in 0..2 {
            used.add(page);
        }
        Self { file, used, free, faults: Vec::new(), told }
    }
}

impl Counting<'_> {
    fn fault(&mut self, page: u64, why: impl Into<String>) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(Fault::new(page, why));
        }
    }

    /// Notes that a page is used; false if it can't be, since it is already.
    fn take(&mut self, page: u64) -> bool {
        let is_new = self.used.add(page);
        if !is_new {
            self.fault(page, "it is reached twice, or does not exist");
        }
        is_new
    }

    /// Walks a tree; false if something in it is wrong.
    fn tree(&mut self, record: &Record, each: Each<'_>) -> bool {
        let before = self.faults.len();
        let mut walked = Walked { is_numbered: record.flags & NUMBERED != 0, ..Walked::default() };
        if let Some(root) = record.root {
            self.branch(root, record.depth.into(), &mut walked, each);
            let is_as_said = walked.pages == record.pages && walked.entries == record.entries;
            if self.faults.len() == before && !is_as_said {
                let why = format!(
                    "the tree has {} rows on {:?} pages, not {} on {:?}",
                    walked.entries, walked.pages, record.entries, record.pages
                );
                self.fault(root, why);
            }
        } else if record.entries != 0 {
            self.fault(0, "a tree without a page has rows");
        }
        self.faults.len() == before
    }

    fn branch(&mut self, number: u64, depth: usize, walked: &mut Walked, each: Each<'_>) {
        if depth == 0 || depth > DEPTH_MAX {
            return self.fault(number, "the tree is not as deep as it should be");
        }
        if !self.take(number) {
            return;
        }
        (self.told)();
        let page = match self.file.page(number) {
            Ok(page) => page,
            Err(Fault { page, why }) => return self.fault(page, why),
        };
        if page.is_leaf() != (depth == 1) {
            return self.fault(number, "the tree is not as deep as it should be");
        }
        walked.pages[usize::from(page.is_leaf())] += 1;
        for place in 0..page.len() {
            match page.beside(place) {
                Beside::Child(child) => {
                    // The first key is never looked at: it is that of the page above, or before all.
                    if place > 0 {
                        if !self.follows(number, &page.key(place), walked) {
                            return;
                        }
                        walked.may_be_last = true;
                    }
                    self.branch(child, depth - 1, walked, each);
                }
                beside => self.row(number, page.key(place), beside, walked, each),
            }
        }
    }

    /// Notes a key, which comes after all before it.
    fn follows(&mut self, page: u64, key: &Bytes, walked: &mut Walked) -> bool {
        let order = walked.last.as_ref().map(|last| {
            if walked.is_numbered {
                u64_at(last, 0).cmp(&u64_at(key, 0))
            } else {
                last[..].cmp(&key[..])
            }
        });
        let is_after =
            order.is_none_or(|order| order.is_lt() || walked.may_be_last && order.is_eq());
        walked.may_be_last = false;
        if is_after {
            walked.last = Some(key.clone());
        } else {
            self.fault(page, "its keys are not in order");
        }
        is_after
    }

    fn row(&mut self, page: u64, key: Bytes, beside: Beside, walked: &mut Walked, each: Each<'_>) {
        if !self.follows(page, &key, walked) {
            return;
        }
        walked.entries += 1;
        if let Beside::Long(first, len) = beside {
            let pages = self.file.pages_of(len);
            walked.pages[2] += pages;
            let is_here = first.checked_add(pages).is_some_and(|end| end <= self.file.pages());
            if !is_here {
                return self.fault(first, "it is not in the file");
            }
            if !(first..first + pages).all(|page| self.take(page)) {
                return;
            }
        }
        each(self, &key, beside);
    }

    /// Which pages are free.
    fn free_pages(&mut self) {
        let record = self.file.meta().free;
        self.tree(&record, &mut |counting, _, beside| {
            let list = match beside {
                Beside::Value(value) => Ok(value),
                Beside::Long(first, len) => counting.file.long(first, len),
                Beside::Tree(_) | Beside::Child(_) => {
                    Err(Fault::new(0, "a list of free pages is none"))
                }
            };
            match list {
                Ok(list) => counting.list(&list),
                Err(Fault { page, why }) => counting.fault(page, why),
            }
        });
    }

    fn list(&mut self, list: &[u8]) {
        let room = (list.len() / 8).saturating_sub(1) as u64;
        let Some(count) = u64_at(list, 0).filter(|count| *count <= room) else {
            return self.fault(0, "a list of free pages is cut off");
        };
        for place in 1..=count as usize {
            let page = u64_at(list, 8 * place).unwrap_or(0);
            if page < 2 || !self.free.add(page) {
                self.fault(page, "it is free twice, or does not exist");
            }
        }
    }

    /// The main tree, and the tables that stand in it.
    fn main(&mut self) -> Vec<Table> {
        let record = self.file.meta().main;
        let mut tables: Vec<Table> = Vec::new();
        self.tree(&record, &mut |_, key, beside| {
            if let Beside::Tree(bytes) = beside
                && let Some(record) = Record::parse(&bytes)
            {
                tables.push(Table { name: key.to_vec(), record, is_whole: false });
            }
        });
        for table in &mut tables {
            table.is_whole = self.tree(&table.record, &mut |counting, _, beside| {
                if let Beside::Long(first, len) = beside
                    && let Err(Fault { page, why }) = counting.file.long(first, len)
                {
                    counting.fault(page, why);
                }
            });
        }
        tables
    }

    fn settle(mut self, tables: Vec<Table>) -> Census {
        let (used, free) = (self.used.count(), self.free.count());
        let len = self.file.meta().last_page + 1;
        if let Some(twice) = (0..len).find(|page| self.used.has(*page) && self.free.has(*page)) {
            self.fault(twice, "it is free, and in use");
        }
        if self.faults.is_empty()
            && let Some((first, count)) = self.used.missing_in_both(&self.free)
        {
            self.fault(first, format!("it and {} more are neither in use nor free", count - 1));
        }
        Census { faults: self.faults, used, free, tables }
    }
}
