//! Commits that follow from their number, and what must be there after each.

use std::io;
use std::path::Path;

use db0_faults::Random;

use crate::store::{DURABLE, Edit, Rows, Store};

/// The row that says which commit wrote last.
const LAST: &[u8] = b"last";

/// Few keys, so that rows are overwritten, removed and made again.
const KEYS: u64 = 40;

/// One row in so many is larger than a page.
const LARGE_ONE_IN: u64 = 8;

/// The rows as they are after some commit.
#[derive(Clone, Default)]
pub(crate) struct Model {
    pub(crate) number: u64,
    pub(crate) rows: Rows,
}

impl Model {
    /// The rows after commit `number`.
    pub(crate) fn after(number: u64) -> Self {
        let mut model = Self::default();
        model.advance(number);
        model
    }

    /// Goes on to commit `number`.
    pub(crate) fn advance(&mut self, number: u64) {
        while self.number < number {
            for edit in self.next() {
                match edit {
                    Edit::Put(key, value) => drop(self.rows.insert(key, value)),
                    Edit::Remove(key) => drop(self.rows.remove(&key)),
                }
            }
            self.number += 1;
        }
    }

    /// What the next commit does.
    pub(crate) fn next(&self) -> Vec<Edit> {
        let number = self.number + 1;
        let mut random = Random::new(number);
        let mut edits = vec![Edit::Put(LAST.to_vec(), number.to_be_bytes().to_vec())];
        let mut used = Vec::new();
        for _ in 0..=random.below(8) {
            let key = random.below(KEYS).to_be_bytes().to_vec();
            if used.contains(&key) {
                continue;
            }
            used.push(key.clone());
            if self.rows.contains_key(&key) && random.chance(1, 3) {
                edits.push(Edit::Remove(key));
                continue;
            }
            let large = random.chance(1, LARGE_ONE_IN);
            let len = 1 + random.below(if large { 12_000 } else { 300 });
            let value = (0..len).map(|_| random.next_u64().to_le_bytes()[0]).collect();
            edits.push(Edit::Put(key, value));
        }
        edits
    }
}

/// The commit that wrote last, by what the store says.
pub(crate) fn last_commit(rows: &Rows) -> Result<u64, String> {
    match rows.get(LAST).map(|bytes| <[u8; 8]>::try_from(bytes.as_slice())) {
        None if rows.is_empty() => Ok(0),
        Some(Ok(bytes)) => Ok(u64::from_be_bytes(bytes)),
        other => Err(format!("the row of the last commit is {other:?}")),
    }
}

/// Commits up to `number`, saying so before and after each.
pub(crate) fn run(
    store: &Store,
    number: u64,
    mut attempt: impl FnMut(u64),
    mut acknowledge: impl FnMut(u64),
) -> io::Result<()> {
    let rows = store.rows()?;
    let done = last_commit(&rows).map_err(io::Error::other)?;
    let mut model = Model { number: done, rows };
    while model.number < number {
        let next = model.number + 1;
        attempt(next);
        store.commit(&model.next())?;
        acknowledge(next);
        model.advance(next);
    }
    Ok(())
}

/// Checks that the store at `folder` opens, holds exactly some commit from `acknowledged` to
/// `attempted`, and takes another: that one would write over live pages if the free list were wrong.
pub(crate) fn check(folder: &Path, acknowledged: u64, attempted: u64) -> Result<(), String> {
    let tell = |what: &str| {
        let what = what.to_owned();
        move |error: io::Error| format!("{what}: {error}")
    };
    let store = Store::open(folder, DURABLE).map_err(tell("open"))?;
    let rows = store.rows().map_err(tell("read"))?;
    let number = last_commit(&rows)?;
    if !(acknowledged..=attempted).contains(&number) {
        return Err(format!("holds commit {number}, not one of {acknowledged} to {attempted}"));
    }
    let mut model = Model::after(number);
    if rows != model.rows {
        return Err(format!("rows are not those of commit {number}"));
    }
    store.commit(&model.next()).map_err(tell("commit"))?;
    model.advance(number + 1);
    if store.rows().map_err(tell("read again"))? != model.rows {
        return Err(format!("rows are not those of commit {number} and one more"));
    }
    Ok(())
}
