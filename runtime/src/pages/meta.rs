//! The two meta pages: which of the last two commits stands where, and how everything else is found.

use std::{fs::File, io, os::unix::fs::FileExt};

/// What stands in front of every page.
pub(super) const HEADER: usize = 16;
const BODY: usize = 136;
const MAGIC: u32 = 0xBEEF_C0DE;
const VERSION: u32 = 1;
const IS_META: u16 = 8;
const PAGE_BYTES: std::ops::RangeInclusive<u32> = 512..=65_536;
/// Where the number of the commit stands in the body.
const TXN_AT: usize = 128;

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_ne_bytes)
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_ne_bytes)
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at.checked_add(8)?)?.try_into().ok().map(u64::from_ne_bytes)
}

/// What is known of a tree by those who refer to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(super) flags: u16,
    pub(super) depth: u16,
    /// Pages that branch, those with rows, and those of long values.
    pub(super) pages: [u64; 3],
    pub(super) entries: u64,
    /// None of a tree without rows.
    pub(super) root: Option<u64>,
}

impl Record {
    pub(super) const BYTES: usize = 48;

    /// How many rows it has.
    pub(crate) fn entries(&self) -> u64 {
        self.entries
    }

    /// Of a tree without rows.
    pub(super) fn empty(&self) -> Self {
        Self { flags: self.flags, depth: 0, pages: [0; 3], entries: 0, root: None }
    }

    /// Its bytes; `pad` is what stands in front of them.
    fn encode(&self, pad: u32) -> Vec<u8> {
        let mut out = Vec::with_capacity(Self::BYTES);
        out.extend_from_slice(&pad.to_ne_bytes());
        out.extend_from_slice(&self.flags.to_ne_bytes());
        out.extend_from_slice(&self.depth.to_ne_bytes());
        let root = self.root.unwrap_or(u64::MAX);
        let numbers = self.pages.into_iter().chain([self.entries, root]);
        numbers.for_each(|number| out.extend_from_slice(&number.to_ne_bytes()));
        out
    }

    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let number = |at| u64_at(bytes, at);
        Some(Self {
            flags: u16_at(bytes, 4)?,
            depth: u16_at(bytes, 6)?,
            pages: [number(8)?, number(16)?, number(24)?],
            entries: number(32)?,
            root: number(40).map(|root| (root != u64::MAX).then_some(root))?,
        })
    }
}

/// A meta page: what a commit left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meta {
    pub(super) page_bytes: u32,
    pub(super) free: Record,
    pub(super) main: Record,
    pub(super) last_page: u64,
    /// LMDB's number of the commit.
    pub(crate) txn: u64,
}

impl Meta {
    fn read(file: &File, at: u64) -> io::Result<Result<Self, &'static str>> {
        let mut page = [0; HEADER + BODY];
        match file.read_exact_at(&mut page, at) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(Err("it is cut off")),
            Err(error) => Err(error),
            Ok(()) => Ok(Self::parse(&page)),
        }
    }

    fn parse(page: &[u8]) -> Result<Self, &'static str> {
        let body = page.get(HEADER..).unwrap_or_default();
        if u32_at(body, 0) != Some(MAGIC) {
            return Err("it has no LMDB header");
        }
        if u32_at(body, 4) != Some(VERSION) {
            return Err("it is of another version of LMDB");
        }
        if u16_at(page, 10) != Some(IS_META) {
            return Err("its flags are damaged");
        }
        let fields = || {
            let free = Record::parse(body.get(24..72)?)?;
            let main = Record::parse(body.get(72..120)?)?;
            let page_bytes = u32_at(body, 24)?;
            Some(Self {
                page_bytes,
                free,
                main,
                last_page: u64_at(body, 120)?,
                txn: u64_at(body, TXN_AT)?,
            })
        };
        let meta = fields().ok_or("it is cut off")?;
        if !meta.page_bytes.is_power_of_two() || !PAGE_BYTES.contains(&meta.page_bytes) {
            return Err("its size of pages is none");
        }
        let roots = [meta.free.root, meta.main.root];
        if roots.into_iter().flatten().any(|root| root < 2 || root > meta.last_page) {
            return Err("it leads to a page that is not there");
        }
        Ok(meta)
    }
}

impl Meta {
    /// The meta page of this number that says so.
    pub(super) fn encode(&self, page: u64) -> Vec<u8> {
        let mut out = page.to_ne_bytes().to_vec();
        out.resize(HEADER, 0);
        out[10..12].copy_from_slice(&IS_META.to_ne_bytes());
        [MAGIC, VERSION]
            .into_iter()
            .for_each(|number| out.extend_from_slice(&number.to_ne_bytes()));
        let map_bytes = (self.last_page + 1) * u64::from(self.page_bytes);
        [0, map_bytes].into_iter().for_each(|number| out.extend_from_slice(&number.to_ne_bytes()));
        // The size of pages stands in the record of free ones.
        out.extend(self.free.encode(self.page_bytes));
        out.extend(self.main.encode(0));
        [self.last_page, self.txn]
            .into_iter()
            .for_each(|number| out.extend_from_slice(&number.to_ne_bytes()));
        out.resize(self.page_bytes as usize, 0);
        out
    }
}

/// Both meta pages, or what is wrong with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Metas {
    pub(crate) both: [Result<Meta, &'static str>; 2],
    page_bytes: u32,
}

impl Metas {
    /// Reads them.
    pub(crate) fn read(file: &File) -> io::Result<Self> {
        let first = Meta::read(file, 0)?;
        if let Ok(meta) = first {
            let second = Meta::read(file, meta.page_bytes.into())?;
            let second = second.and_then(|second| {
                let fits = second.page_bytes == meta.page_bytes;
                fits.then_some(second).ok_or("its size of pages is not that of the first one")
            });
            return Ok(Self { both: [first, second], page_bytes: meta.page_bytes });
        }
        // Where the second one stands, the first would tell.
        let mut page_bytes = *PAGE_BYTES.start();
        while page_bytes <= *PAGE_BYTES.end() {
            let second = Meta::read(file, page_bytes.into())?;
            if second.is_ok_and(|second| second.page_bytes == page_bytes) {
                return Ok(Self { both: [first, second], page_bytes });
            }
            page_bytes *= 2;
        }
        Ok(Self { both: [first, Err("it is not found")], page_bytes: 4096 })
    }

    /// Reads them while somebody may be writing them.
    pub(super) fn read_live(file: &File) -> io::Result<Self> {
        let mut before = Self::read(file)?;
        loop {
            let now = Self::read(file)?;
            if now == before {
                return Ok(now);
            }
            before = now;
        }
    }

    /// The sound one of the later commit.
    pub(crate) fn newest(&self) -> Option<&Meta> {
        let sound = self.both.iter().filter_map(|meta| meta.as_ref().ok());
        sound.max_by_key(|meta| meta.txn)
    }

    /// The sound one of the commit before that.
    pub(super) fn before(&self) -> Option<&Meta> {
        let [Ok(first), Ok(second)] = &self.both else { return None };
        let older = if first.txn < second.txn { first } else { second };
        (first.txn != second.txn).then_some(older)
    }
}

/// Writes over a meta page that is damaged, from the sound one: the file then shows that one's commit,
/// whichever page it is looked at through. False if there is nothing to be done, or nothing to do it by.
pub(crate) fn rebuilt(file: &File) -> io::Result<bool> {
    let metas = Metas::read(file)?;
    match metas.both {
        [Err(_), Ok(_)] => metas.write_over(0, file),
        [Ok(_), Err(_)] => metas.write_over(1, file),
        _ => Ok(false),
    }
}

/// Writes over the meta page of the last commit, from that of the one before: the file then shows that
/// one, of which no page has been used again. False if there is none.
pub(crate) fn rolled_back(file: &File) -> io::Result<bool> {
    let metas = Metas::read(file)?;
    let Some(before) = metas.before() else { return Ok(false) };
    let last = usize::from(metas.both[0] == Ok(*before));
    metas.write_over(last, file)
}

impl Metas {
    /// Writes over one meta page from the other, which is sound.
    fn write_over(&self, place: usize, file: &File) -> io::Result<bool> {
        let Ok(sound) = self.both[1 - place] else { return Ok(false) };
        let page_bytes = u64::from(self.page_bytes);
        let mut page = vec![0; self.page_bytes as usize];
        file.read_exact_at(&mut page, (1 - place) as u64 * page_bytes)?;
        page[..8].copy_from_slice(&(place as u64).to_ne_bytes());
        // The older of the two, as it was before the sound one was written: so the next commit replaces it.
        let txn = sound.txn.saturating_sub(1);
        page[HEADER + TXN_AT..HEADER + BODY].copy_from_slice(&txn.to_ne_bytes());
        file.write_all_at(&page, place as u64 * page_bytes)?;
        file.sync_all()?;
        Ok(true)
    }
}
