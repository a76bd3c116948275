//! A commit as a value: it can be kept, sent, and applied to a copy at the state before.
//!
//! ```text
//! checksum  u64      over all that follows
//! prefix    varint
//! before    varint   the revision that it follows
//! head      varint length, then the head row after it
//! rows      until the end: table u8, key (varint length, bytes), row (varint length + 1, bytes; 0: deleted)
//! ```

use xxhash_rust::xxh3::xxh3_64;

use crate::{
    Error, Result,
    store::{
        engine::Store,
        head::{HEAD_KEY, Head},
        num::{PrefixId, StateNum},
        table::Table,
        varint,
    },
};

/// The rows that a commit writes, in its order.
#[derive(Debug, Default)]
pub(in crate::store) struct Recording {
    rows: Vec<u8>,
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    varint::put(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn take_bytes<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = usize::try_from(varint::take(rest)?).ok()?;
    let (bytes, behind) = rest.split_at_checked(len)?;
    *rest = behind;
    Some(bytes)
}

impl Recording {
    pub(in crate::store) fn row(&mut self, table: Table, key: &[u8], row: Option<&[u8]>) {
        self.rows.push(table as u8);
        put_bytes(&mut self.rows, key);
        match row {
            Some(row) => {
                varint::put(&mut self.rows, row.len() as u64 + 1);
                self.rows.extend_from_slice(row);
            }
            None => self.rows.push(0),
        }
    }

    pub(in crate::store) fn encode(self, before: &Head, after: &[u8]) -> Vec<u8> {
        let mut out = vec![0; 8];
        varint::put(&mut out, before.prefix.0);
        varint::put(&mut out, before.revision);
        put_bytes(&mut out, after);
        out.extend_from_slice(&self.rows);
        let sum = xxh3_64(&out[8..]);
        out[..8].copy_from_slice(&sum.to_le_bytes());
        out
    }
}

/// A commit, taken apart.
pub(crate) struct Commit<'a> {
    pub(crate) prefix: PrefixId,
    before: u64,
    pub(in crate::store) head: Head,
    rows: &'a [u8],
}

impl<'a> Commit<'a> {
    /// Takes a commit apart; `Err` says what is wrong with it.
    pub(crate) fn decode(bytes: &'a [u8]) -> Result<Self, String> {
        let (sum, rest) = bytes.split_at_checked(8).ok_or("the commit is cut short")?;
        if sum != xxh3_64(rest).to_le_bytes() {
            return Err("the commit's checksum does not fit".into());
        }
        let mut rest = rest;
        let mut numbers =
            || Some((varint::take(&mut rest)?, varint::take(&mut rest)?, take_bytes(&mut rest)?));
        let (prefix, before, head) = numbers().ok_or("the commit is damaged")?;
        Ok(Self { prefix: PrefixId(prefix), before, head: Head::decode(head)?, rows: rest })
    }

    /// It has been applied to the prefix whose head this is, or happened there.
    pub(crate) fn is_in(&self, head: &Head) -> bool {
        head.revision >= self.head.revision
    }
}

impl Store {
    /// Applies a commit to the state that it follows: the same rows then stand here. One that has
    /// been applied before changes nothing.
    pub(crate) fn apply(&self, commit: &Commit<'_>) -> Result<StateNum> {
        let here = self.newest_head()?;
        if here.prefix != commit.prefix || here.revision < commit.before {
            let why = format!(
                "a commit that follows revision {} can't be applied to revision {} of this copy",
                commit.before, here.revision
            );
            return Err(Error::Invalid(why));
        }
        if commit.is_in(&here) {
            return Ok(here.state);
        }
        let failed = |fault| self.failed("applying a commit to", fault);
        let mut txn = self.env().write().map_err(failed)?;
        let mut rest = commit.rows;
        let damaged = || Error::Invalid("the rows of a commit are damaged".into());
        while let Some((&number, behind)) = rest.split_first() {
            rest = behind;
            let id = self.table(Table::of_number(number).ok_or_else(damaged)?);
            let key = take_bytes(&mut rest).ok_or_else(damaged)?;
            let len = varint::take(&mut rest).ok_or_else(damaged)?;
            if len == 0 {
                txn.delete(id, key).map_err(failed)?;
                continue;
            }
            let len = usize::try_from(len - 1).map_err(|_| damaged())?;
            let (row, behind) = rest.split_at_checked(len).ok_or_else(damaged)?;
            rest = behind;
            txn.put(id, key, row).map_err(failed)?;
        }
        txn.put(self.main_table(), HEAD_KEY, &commit.head.encode()).map_err(failed)?;
        txn.commit().map_err(failed)?;
        self.announce(commit.head.clone());
        Ok(commit.head.state)
    }
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::Arc};

    use proptest::prelude::*;

    use super::*;
    use crate::{History, lmdb::EnvOptions, store::Before};

    fn open(folder: &Path) -> Arc<Store> {
        let options = EnvOptions::scratch(1 << 20);
        Store::open(folder, "sent", &options, History::All).expect("the store opens")
    }

    /// A prefix of one commit, and the next one as a value.
    fn prepared() -> (Vec<u8>, Vec<u8>) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = open(folder.path());
        let put = |writer: &mut crate::store::Writer<'_>, body: &[u8]| {
            (0..20_u8).try_for_each(|n| {
                writer.put(Table::Elements, &[1, 5, n], body, Before::Unknown).map(drop)
            })
        };
        let first = store.commit(&mut |writer| put(writer, &[0xa1, b'a']));
        assert!(first.is_ok());
        let data = std::fs::read(folder.path().join("data.mdb")).expect("it reads");
        let mut second = |writer: &mut crate::store::Writer<'_>| {
            writer.delete(Table::Elements, &[1, 5, 3])?;
            put(writer, &[0xa1, b'b'])
        };
        let mut prepared = store.prepare_recorded(&mut second).expect("it can be written");
        (data, prepared.encode())
    }

    proptest! {
        #[test]
        fn damaged_commits_are_refused_or_applied_whole(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
            cut in any::<prop::sample::Index>(),
            is_cut in prop::bool::weighted(0.2),
            is_resealed in any::<bool>(),
        ) {
            thread_local!(static SOUND: (Vec<u8>, Vec<u8>) = prepared());
            let (data, sound) = SOUND.with(Clone::clone);
            let mut bytes = sound.clone();
            for (at, to) in changes {
                let at = at.index(bytes.len());
                bytes[at] = to;
            }
            if is_cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            if is_resealed && bytes.len() > 8 {
                // As somebody would who means harm.
                let sum = xxh3_64(&bytes[8..]);
                bytes[..8].copy_from_slice(&sum.to_le_bytes());
            }
            let Ok(commit) = Commit::decode(&bytes) else { return Ok(()) };
            prop_assert!(is_resealed || bytes == sound, "its checksum tells");
            let folder = tempfile::tempdir().expect("a folder");
            std::fs::write(folder.path().join("data.mdb"), data).expect("it can be written");
            let store = open(folder.path());
            let before = store.newest_head().expect("it reads");
            let applied = store.apply(&commit);
            let after = store.newest_head().expect("it reads");
            prop_assert_eq!(applied.is_ok(), after == commit.head);
            prop_assert!(applied.is_ok() || after == before, "half a commit was applied");
        }
    }
}
