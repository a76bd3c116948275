//! Taking very much out of a collection is one step like any other, and takes no more memory than it may.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use db0::{Array, Config, Dict, Error, Index, List, Memo, Set, Workspace};

/// What may wait in memory: so little that most of what is deleted does not stay there.
const BUDGET: usize = 1 << 20;
const MANY: u64 = 24_000;

#[db0::memo(singleton)]
struct Root {
    dict: Dict<u64, String>,
    set: Set<String>,
    list: List<u64>,
    index: Index<u64, Memo<Thing>>,
    array: Array<u64>,
}

#[db0::memo]
struct Thing {
    number: u64,
}

fn open(folder: &Path) -> Workspace {
    let config = Config::new(folder).autocommit(false).pending_size(BUDGET);
    Workspace::open(config).expect("it opens")
}

fn filled() -> Memo<Root> {
    let things = (0..MANY / 8).map(|number| (number % 7, Memo::new(Thing { number })));
    let root = db0::singleton(|| Root {
        dict: (0..MANY).map(|n| (n, text(n))).collect(),
        set: (0..MANY).map(text).collect(),
        list: (0..10 * MANY).collect(),
        index: things.collect(),
        array: (0..MANY).collect(),
    });
    db0::commit().expect("it commits");
    root
}

fn text(n: u64) -> String {
    format!("number {n:09}")
}

/// Scratch files of the prefix.
fn runs(folder: &Path) -> usize {
    let runs = std::fs::read_dir(folder.join("default/.scratch"));
    runs.map_or(0, Iterator::count)
}

/// All that a root has, as std has it.
type Model = (BTreeMap<u64, String>, Vec<String>, Vec<u64>, Vec<(u64, u64)>, Vec<u64>);

fn model_of(root: &Memo<Root>) -> Model {
    let root = root.read();
    let things = root.index.iter().map(|(key, thing)| (key, thing.read().number));
    let model: Model = (
        root.dict.iter().collect(),
        root.set.iter().collect(),
        root.list.to_vec(),
        things.collect(),
        root.array.to_vec(),
    );
    assert_eq!((root.dict.len(), root.set.len()), (model.0.len(), model.1.len()));
    assert_eq!((root.list.len(), root.index.len()), (model.2.len(), model.3.len()));
    model
}

/// Runs `change`, which undone changes nothing, and done nothing before it is committed that a
/// snapshot of before could see.
fn in_every_way(change: fn(&Root), expected: fn(&mut Model)) {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = open(folder.path());
    let entered = workspace.enter();
    let root = filled();
    let mut model = model_of(&root);
    let before = db0::snapshot().expect("a snapshot");
    let undone = db0::atomic(|| -> db0::Result<()> {
        change(&root.read());
        Err(db0::abort("on second thoughts"))
    });
    assert!(matches!(undone, Err(Error::Aborted(_))));
    assert_eq!(model_of(&root), model, "after a rollback");
    assert_eq!(runs(folder.path()), 0, "scratch files are left");

    change(&root.read());
    let old = model_of(&before.singleton::<Root>().expect("it was there"));
    assert_eq!(old, model, "in the snapshot of before");
    expected(&mut model);
    assert_eq!(model_of(&root), model, "before the commit");
    root.read().dict.insert(1, "new".into());
    model.0.insert(1, "new".into());
    assert_eq!(model_of(&root), model, "with one more");
    while db0::commit().expect("it commits") != db0::commit().expect("it commits") {}
    assert_eq!(model_of(&root), model, "after the commit");
    let began = Instant::now();
    while runs(folder.path()) > 0 {
        assert!(began.elapsed() < Duration::from_secs(30), "scratch files are left");
        std::thread::sleep(Duration::from_millis(5));
    }
    let then = before.singleton::<Root>().expect("it was there");
    assert_eq!(model_of(&then), old, "in the snapshot of before, after the commit");
    drop((before, then, root, entered));
    workspace.close().expect("it closes");

    let workspace = open(folder.path());
    let _entered = workspace.enter();
    let root = db0::fetch_singleton::<Root>().expect("it is there");
    assert_eq!(model_of(&root), model, "after reopening");
    let things: std::collections::HashSet<u64> = model.3.iter().map(|(_, thing)| *thing).collect();
    assert_eq!(
        db0::find::<Thing>(()).iter().count(),
        things.len(),
        "objects die with their entries"
    );
}

#[test]
fn everything_at_once() {
    in_every_way(
        |root| {
            root.dict.clear();
            root.set.clear();
            root.list.clear();
            root.index.clear();
            root.array.clear();
        },
        |model| *model = Model::default(),
    );
}

#[test]
fn most_of_it() {
    in_every_way(
        |root| {
            root.dict.retain(|key, _| key % 10 == 3);
            root.set.retain(|text| text.ends_with('7'));
            root.list.retain(|n| n % 9 == 0);
            root.index.retain(|key, thing| *key == 2 || thing.read().number == 0);
            root.array.truncate(10);
        },
        |(dict, set, list, index, array)| {
            dict.retain(|key, _| key % 10 == 3);
            set.retain(|text| text.ends_with('7'));
            list.retain(|n| n % 9 == 0);
            index.retain(|(key, thing)| *key == 2 || *thing == 0);
            array.truncate(10);
        },
    );
}

#[test]
fn a_little_of_it() {
    in_every_way(
        |root| {
            root.dict.retain(|key, _| key % 10_000 != 3);
            root.list.retain(|n| n % 100_000 != 99_999);
            root.list.truncate(239_000);
            root.index.retain(|key, _| *key != 5);
        },
        |(dict, _, list, index, _)| {
            dict.retain(|key, _| key % 10_000 != 3);
            list.retain(|n| n % 100_000 != 99_999);
            list.truncate(239_000);
            index.retain(|(key, _)| *key != 5);
        },
    );
}

#[test]
fn all_of_it_to_look_at() {
    in_every_way(
        |root| {
            assert!(root.dict.drain().eq((0..MANY).map(|n| (n, text(n)))));
            assert!(root.set.drain().eq((0..MANY).map(text)));
            assert!(root.list.drain(5..230_000).eq(5..230_000));
            assert_eq!(root.index.drain().len(), MANY as usize / 8);
        },
        |(dict, set, list, index, _)| {
            dict.clear();
            set.clear();
            list.drain(5..230_000);
            index.clear();
        },
    );
}

#[test]
fn very_much_really_leaves_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = open(folder.path());
    let _entered = workspace.enter();
    let root = filled();
    root.read().dict.clear();
    assert!(runs(folder.path()) > 0, "all of it stayed in memory");
    assert!(root.read().dict.is_empty());
    db0::commit().expect("it commits");
    assert!(root.read().dict.iter().next().is_none());
}

#[test]
fn what_keep_does_to_the_collection_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = open(folder.path());
    let _entered = workspace.enter();
    let dict = filled().read().dict.clone();
    dict.retain(|key, _| {
        match key {
            // Behind where it is: what has been judged, and something new.
            100 => drop((dict.remove(7), dict.insert(50, "put back".into()))),
            // Ahead: it is met no more, and what is met is as it is by then.
            200 => drop((dict.remove(300), dict.insert(MANY, "met".into()))),
            _ => {}
        }
        *key >= 100
    });
    let keys: Vec<u64> = dict.keys().collect();
    assert_eq!(keys.len(), dict.len());
    assert!(keys.into_iter().eq((100..=MANY).filter(|key| *key != 300)));
    db0::commit().expect("it commits");
    assert_eq!(dict.len(), dict.iter().count());
}
