//! What differs between two snapshots: at the price of what changed, whatever the size of the rest.

use std::{cell::OnceCell, rc::Rc};

use db0::{Config, Dict, Durability, List, Memo, Snapshot};
use tempfile::TempDir;

use crate::{
    contenders::Entered,
    folder,
    person::{self, Person},
    row::{Contender, Row},
    sample::Sample,
};

const CHANGED: usize = 1000;
const FEW: usize = 10_000;
const MANY: usize = 1_000_000;

pub(super) const ROWS: &[Row] = &[Row {
    name: "changes",
    what: "1000 changed objects between two snapshots, among 10k and among 1M",
    contenders: |_| changes(),
}];

type Ask = fn(&Snapshot, &Snapshot) -> usize;

fn changes() -> Vec<Contender> {
    let made: [Rc<OnceCell<(TempDir, u64)>>; 2] = Default::default();
    let contender = |name, many: bool, ask: Ask| {
        let made = made[usize::from(many)].clone();
        let count = if many { MANY } else { FEW };
        Contender::new(name, move || {
            let (folder, last) = made.get_or_init(|| with_changes(count));
            let entered = Entered::with(Config::new(folder.path()).autocommit(false));
            let [before, after] =
                [last - 1, *last].map(|state| db0::snapshot_at(state).expect("it is kept"));
            let sample = Sample::of(CHANGED, || assert_eq!(ask(&before, &after), CHANGED));
            drop((before, after, entered));
            sample
        })
    };
    let all: Ask = |before, after| db0::select_modified::<Person>((), before, after).len();
    let tagged: Ask = |before, after| db0::select_modified::<Person>("all", before, after).len();
    // The dict and the list are changes too.
    let everything: Ask = |before, after| db0::changes(before, after).len() - 2;
    let entries: Ask = |before, after| numbers().changes(before, after).count();
    let elements: Ask = |before, after| lines().changes(before, after).count();
    vec![
        contender("select_modified, of 10k", false, all),
        contender("select_modified, of 1M", true, all),
        contender("of a tag, of 10k", false, tagged),
        contender("of a tag, of 1M", true, tagged),
        contender("changes, of 10k", false, everything),
        contender("changes, of 1M", true, everything),
        contender("dict.changes, of 10k", false, entries),
        contender("dict.changes, of 1M", true, entries),
        contender("list.changes, of 10k", false, elements),
        contender("list.changes, of 1M", true, elements),
    ]
}

/// Tagged objects, entries and elements, of which the last commit changed a thousand, evenly spread; and its state.
fn with_changes(count: usize) -> (TempDir, u64) {
    let folder = folder::new();
    let entered = Entered::with(Config::new(folder.path()).durability(Durability::Relaxed));
    let memos: Vec<_> = person::people(count).into_iter().map(Memo::new).collect();
    memos.iter().for_each(|memo| drop(db0::tags(memo).add("all")));
    let numbers = numbers();
    numbers.extend((0..count as u64).map(|n| (n, n)));
    let lines = lines();
    lines.extend(0..count as u64);
    db0::commit().expect("it commits");
    memos.iter().step_by(count / CHANGED).for_each(|memo| memo.write().age += 1);
    numbers.extend((0..count as u64).step_by(count / CHANGED).map(|n| (n, n + 1)));
    for place in (0..count).step_by(count / CHANGED) {
        lines.set(place, u64::MAX);
    }
    let last = db0::commit().expect("it commits");
    drop((memos, numbers, lines, entered));
    (folder, last)
}

/// A dict of its own beside the objects.
fn numbers() -> Dict<u64, u64> {
    db0::current().dict("numbers")
}

/// A list, as well.
fn lines() -> List<u64> {
    db0::current().list("lines")
}
