//! The bytes of one file, in pages that many states share.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_128_with_seed;

/// The unit in which the page cache writes back.
pub(crate) const PAGE: usize = 4096;
const PAGE_LEN: u64 = PAGE as u64;

/// A file's bytes. Pages of zeros are not kept, so that a hole and written zeros are the same file.
#[derive(Clone, Debug, Default)]
pub(crate) struct File {
    len: u64,
    pages: BTreeMap<u64, Arc<Page>>,
    /// The pages' digests, combined: changing a page changes it at the cost of that page.
    digest: u128,
}

#[derive(Debug)]
struct Page {
    bytes: [u8; PAGE],
    digest: u128,
}

impl File {
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let mut file = Self::default();
        file.write(0, &fs::read(path)?);
        Ok(file)
    }

    pub(crate) fn write(&mut self, offset: u64, bytes: &[u8]) {
        let mut at = offset;
        let mut rest = bytes;
        while !rest.is_empty() {
            let within = usize::try_from(at % PAGE_LEN).unwrap_or(0);
            let (now, later) = rest.split_at(rest.len().min(PAGE - within));
            self.change(at / PAGE_LEN, |page| {
                page[within..within + now.len()].copy_from_slice(now);
            });
            at += now.len() as u64;
            rest = later;
        }
        self.len = self.len.max(at);
    }

    pub(crate) fn resize(&mut self, len: u64) {
        if len < self.len {
            let beyond: Vec<u64> =
                self.pages.range(len.div_ceil(PAGE_LEN)..).map(|p| *p.0).collect();
            for index in beyond {
                self.change(index, |page| page.fill(0));
            }
            let within = usize::try_from(len % PAGE_LEN).unwrap_or(0);
            if within > 0 {
                self.change(len / PAGE_LEN, |page| page[within..].fill(0));
            }
        }
        self.len = len;
    }

    /// Makes the file at least `len` bytes long, without data.
    pub(crate) fn grow(&mut self, len: u64) {
        self.len = self.len.max(len);
    }

    /// Equal for equal bytes.
    pub(crate) fn digest(&self) -> (u64, u128) {
        (self.len, self.digest)
    }

    pub(crate) fn write_to(&self, path: &Path) -> io::Result<()> {
        let file = fs::File::create(path)?;
        file.set_len(self.len)?;
        for (index, page) in &self.pages {
            let start = index * PAGE_LEN;
            let end = self.len.min(start + PAGE_LEN);
            let count = usize::try_from(end.saturating_sub(start)).unwrap_or(PAGE);
            file.write_all_at(&page.bytes[..count], start)?;
        }
        Ok(())
    }

    fn change(&mut self, index: u64, edit: impl FnOnce(&mut [u8; PAGE])) {
        let old = self.pages.remove(&index);
        let mut bytes = old.as_ref().map_or([0; PAGE], |page| page.bytes);
        self.digest ^= old.map_or(0, |page| page.digest);
        edit(&mut bytes);
        if bytes != [0; PAGE] {
            let digest = xxh3_128_with_seed(&bytes, index);
            self.digest ^= digest;
            self.pages.insert(index, Arc::new(Page { bytes, digest }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{File, PAGE};

    #[test]
    fn the_digest_follows_the_bytes_alone() {
        let mut one = File::default();
        one.write(PAGE as u64 - 2, b"abcd");
        one.write(PAGE as u64 * 3, &[0; 10]);
        let mut two = File::default();
        two.write(0, &[9; PAGE * 4]);
        two.resize(0);
        two.resize(PAGE as u64 * 3 + 10);
        assert_ne!(one.digest(), two.digest());
        two.write(PAGE as u64, b"cd");
        two.write(PAGE as u64 - 2, b"ab");
        assert_eq!(one.digest(), two.digest());
        two.resize(PAGE as u64);
        one.resize(PAGE as u64);
        assert_eq!(one.digest(), two.digest());
        one.grow(PAGE as u64 + 1);
        assert_ne!(one.digest(), two.digest());
    }
}
