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

use super::{
    engine::Store,
    head::{HEAD_KEY, Head},
    num::{PrefixId, StateNum},
    table::Table,
    varint,
};
use crate::{Error, Result};

/// The rows that a commit writes, in its order.
#[derive(Debug, Default)]
pub(super) struct Recording {
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
    pub(super) fn row(&mut self, table: Table, key: &[u8], row: Option<&[u8]>) {
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

    pub(super) fn encode(self, before: &Head, after: &[u8]) -> Vec<u8> {
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
    pub(super) head: Head,
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
