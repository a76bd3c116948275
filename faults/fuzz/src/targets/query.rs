//! Bytes in the place of a query.

use std::cell::OnceCell;

use db0::{Entered, Query, Workspace};
use tempfile::TempDir;

use crate::base::{self, BASE, Item};

struct World {
    _entered: Entered,
    _workspace: Workspace,
    _folder: TempDir,
}

thread_local! {
    static WORLD: OnceCell<World> = const { OnceCell::new() };
}

fn open() -> World {
    let folder = base::folder();
    base::place(folder.path(), &BASE);
    let workspace = Workspace::open(base::config(folder.path())).expect("it is sound");
    World { _entered: workspace.enter(), _workspace: workspace, _folder: folder }
}

/// Queries that have each form as bytes, for the fuzzer to begin with.
fn known(number: u8) -> Query<Item> {
    let find = db0::find::<Item>;
    match number {
        0 => find(()),
        1 => db0::find::<Item>((["even", "all"], db0::no("odd"))),
        2 => db0::find::<Item>(Item::RANK.between(Some(1)..=Some(3))).sort_by(Item::RANK).take(3),
        3 => db0::find::<Item>(db0::any((Item::N.lt(20), Item::N.is_in([3, 1]), "odd"))).skip(2),
        _ => db0::find::<Item>((Item::TEXT.ne("a"), Item::FRIEND.is_some())).sort_desc_by(Item::N),
    }
}

/// A first byte below five: one of the known ones, with edits behind it; else all of the input.
pub(crate) fn read(bytes: &[u8]) {
    WORLD.with(|world| {
        world.get_or_init(open);
        let query = match bytes.split_first() {
            Some((&number @ 0..5, edits)) => edited(known(number), edits),
            _ => bytes.to_vec(),
        };
        let Ok(query) = Query::<Item>::from_bytes(&query) else { return };
        let again = query.to_bytes().expect("what was read can be written");
        let same = Query::<Item>::from_bytes(&again).expect("it was written just now");
        assert_eq!(same.to_bytes().ok(), Some(again), "a query changes when it is written");
        let count = query.try_count();
        let uuids = query.try_uuids();
        if let (Ok(count), Ok(uuids)) = (count, uuids) {
            assert_eq!(count, uuids.len() as u64, "it counts what it gives");
        }
    });
}

fn edited(query: Query<Item>, edits: &[u8]) -> Vec<u8> {
    let mut bytes = query.to_bytes().expect("it has a form as bytes");
    for edit in edits.chunks_exact(3) {
        let at = usize::from(edit[0]) % bytes.len();
        match edit[1] % 3 {
            0 => bytes[at] = edit[2],
            1 => bytes.insert(at, edit[2]),
            _ => drop(bytes.remove(at)),
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}
