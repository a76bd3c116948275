//! What was committed last, noted beside the file: one that was rolled back, or replaced by an older copy,
//! does not look damaged by itself.
//!
//! ```text
//! checksum u64 LE   over all that follows
//! prefix varint     its id
//! revision varint   of a commit that was on the disk before this was written
//! state varint      the state after it
//! head u64 LE       what tells that commit's head row from others
//! ```

use std::{
    fs::{self, OpenOptions},
    io::{self, Read},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::Path,
};

use xxhash_rust::xxh3::xxh3_64;

use crate::{
    Error, Result,
    lmdb::FILES,
    private,
    store::{
        head::Head,
        num::{PrefixId, StateNum},
        varint,
    },
};

/// The name of the file, in the folder of the prefix.
pub(crate) const FILE: &str = ".mark";
/// More than any mark takes.
const BYTES_MAX: u64 = 64;

/// A commit that is known to be on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    prefix: PrefixId,
    revision: u64,
    state: StateNum,
    head: u64,
}

impl Mark {
    pub(crate) fn of(head: &Head) -> Self {
        Self {
            prefix: head.prefix,
            revision: head.revision,
            state: head.state,
            head: head.digest(),
        }
    }

    /// The mark of a folder; none if there is no whole one.
    pub(crate) fn read(folder: &Path) -> Option<Self> {
        let options = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
            .open(folder.join(FILE));
        let mut bytes = Vec::new();
        options.ok()?.take(BYTES_MAX).read_to_end(&mut bytes).ok()?;
        Self::decode(&bytes)
    }

    /// Notes it, over an older one. It is not synced: what a crash leaves is whole, or none.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        let file = private::open(&folder.join(FILE))?;
        let bytes = self.encode();
        file.write_all_at(&bytes, 0)?;
        file.set_len(bytes.len() as u64)
    }

    /// Takes away the mark of a file that is gone.
    pub(in crate::store) fn remove(folder: &Path) -> Result<()> {
        let path = folder.join(FILE);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Error::io("deleting", path, &error))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a file of the same prefix that has not come as far, or has come there in another way.
    pub(crate) fn check(&self, folder: &Path, head: &Head) -> Result<()> {
        let is_behind = head.revision < self.revision;
        let is_other = head.revision == self.revision && head.digest() != self.head;
        if head.prefix != self.prefix || !(is_behind || is_other) {
            return Ok(());
        }
        let (state, known) = (head.state.0, self.state.0);
        Err(Error::RolledBack { path: folder.join(FILES[0]), state, known })
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = vec![0; 8];
        let numbers = [self.prefix.0, self.revision, self.state.0];
        numbers.into_iter().for_each(|number| varint::put(&mut out, number));
        out.extend_from_slice(&self.head.to_le_bytes());
        let sum = xxh3_64(&out[8..]);
        out[..8].copy_from_slice(&sum.to_le_bytes());
        out
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (sum, mut rest) = bytes.split_at_checked(8)?;
        if sum != xxh3_64(rest).to_le_bytes() {
            return None;
        }
        let mut take = || varint::take(&mut rest);
        let (prefix, revision, state) = (take()?, take()?, take()?);
        let head = u64::from_le_bytes(rest.try_into().ok()?);
        Some(Self { prefix: PrefixId(prefix), revision, state: StateNum(state), head })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(revision: u64) -> Head {
        Head { revision, state: StateNum(revision / 2), ..Head::new(PrefixId(77), "shop") }
    }

    #[test]
    fn a_torn_mark_is_none() {
        let mark = Mark::of(&head(1 << 50));
        let bytes = mark.encode();
        assert!(bytes.len() as u64 <= BYTES_MAX);
        assert_eq!(Mark::decode(&bytes), Some(mark));
        (0..bytes.len()).for_each(|len| assert_eq!(Mark::decode(&bytes[..len]), None));
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Mark::decode(&bad), None);
        }
    }

    #[test]
    fn only_what_lacks_the_marked_commit_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(Mark::read(folder.path()), None);
        Mark::of(&head(1 << 50)).write(folder.path()).expect("it can be written");
        Mark::of(&head(10)).write(folder.path()).expect("a shorter one replaces it");
        let mark = Mark::read(folder.path()).expect("it is whole");
        assert_eq!(mark, Mark::of(&head(10)));
        let refused = |head: &Head| match mark.check(folder.path(), head) {
            Err(Error::RolledBack { state, known, .. }) => Some((state, known)),
            _ => None,
        };
        assert_eq!(refused(&head(11)), None);
        assert_eq!(refused(&head(10)), None);
        assert_eq!(refused(&head(8)), Some((4, 5)));
        assert_eq!(refused(&Head { time_ns: 7, ..head(10) }), Some((5, 5)));
        assert_eq!(refused(&Head { prefix: PrefixId(78), ..head(2) }), None, "another prefix");
    }
}
