//! Rows of any bytes in any table, with checksums that fit, as a commit that an opening finishes.

use std::{fs, sync::LazyLock};

use db0::Workspace;
use xxhash_rust::xxh3::xxh3_64;

use crate::{
    base::{self, BASE, NAME},
    input::Input,
    pages::{self, Row},
};

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| pages::rows(&BASE));

/// An odd first byte: the input is the commit's bytes, but for a checksum that fits.
pub(crate) fn read(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let is_whole = input.byte() % 2 == 1;
    let commit = if is_whole { input.rest().to_vec() } else { edited(input) };
    let sealed = [&xxh3_64(&commit).to_le_bytes()[..], &commit].concat();
    let folder = base::folder();
    base::place(folder.path(), &BASE);
    let [_, prefix, state, _] = pages::numbers(&pages::head(&BASE));
    let journal = folder.path().join(format!(".journal-{prefix:015x}-{state}"));
    let lengths = [1, sealed.len() as u32].map(u32::to_le_bytes).concat();
    fs::write(journal, [lengths, sealed].concat()).expect("it can be written");
    let Ok(workspace) = Workspace::open(base::config(folder.path())) else { return };
    let _ = base::read_all(&workspace);
    let _ = workspace.commit();
    let _ = workspace.close();
    drop(workspace);
    let _ = Workspace::verify(folder.path(), NAME);
}

/// A commit that changes rows of the base.
fn edited(mut input: Input<'_>) -> Vec<u8> {
    let head = pages::head(&BASE);
    let [_, prefix, _, revision] = pages::numbers(&head);
    let next = pages::next_head(&head);
    let next = [&xxh3_64(&next).to_le_bytes()[..], &next].concat();
    let mut commit = Vec::new();
    [prefix, revision, next.len() as u64].into_iter().for_each(|n| pages::put(&mut commit, n));
    commit.extend_from_slice(&next);
    while !input.is_empty() {
        let mut row = ROWS[input.below(ROWS.len())].clone();
        let how = input.byte();
        if how & 1 != 0 {
            input.change(&mut row.key);
        }
        if how & 2 != 0 {
            row.table = 1 + input.byte() % 15;
        }
        if how & 4 != 0 {
            input.change(&mut row.rest);
        }
        if how & 8 != 0 {
            row.rest = input.bytes(64).to_vec();
        }
        commit.push(row.table);
        pages::put(&mut commit, row.key.len() as u64);
        commit.extend_from_slice(&row.key);
        let sealed = if how & 16 != 0 { Vec::new() } else { row.sealed() };
        pages::put(&mut commit, if sealed.is_empty() { 0 } else { sealed.len() as u64 + 1 });
        commit.extend_from_slice(&sealed);
    }
    commit
}
