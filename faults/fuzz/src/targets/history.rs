//! Operations by the bytes of an input, on a prefix and on plain collections: both stay the same, now
//! and at each state.

use std::collections::{BTreeMap, BTreeSet};

use db0::{Dict, Entered, List, Memo, Set, Workspace};
use tempfile::TempDir;

use crate::{base, input::Input};

/// So many operations are enough to get somewhere.
const OPS_MAX: usize = 60;

#[db0::memo(singleton)]
struct Root {
    list: List<u16>,
    dict: Dict<Vec<u8>, u16>,
    set: Set<u16>,
    number: u64,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Model {
    list: Vec<u16>,
    dict: BTreeMap<Vec<u8>, u16>,
    set: BTreeSet<u16>,
    number: u64,
}

/// Dropped from the top.
struct World {
    entered: Entered,
    workspace: Workspace,
    folder: TempDir,
}

impl World {
    fn open(folder: TempDir) -> Self {
        let workspace = Workspace::open(base::config(folder.path())).expect("it opens");
        Self { entered: workspace.enter(), workspace, folder }
    }

    fn reopened(self) -> Self {
        let Self { entered, workspace, folder } = self;
        drop(entered);
        workspace.close().expect("it closes");
        let found = Workspace::verify(folder.path(), base::NAME).expect("it can be read");
        assert!(found.is_sound(), "{:?}", found.findings);
        Self::open(folder)
    }
}

fn root() -> Memo<Root> {
    db0::singleton(|| Root { list: List::new(), dict: Dict::new(), set: Set::new(), number: 0 })
}

fn seen(root: &Memo<Root>) -> Model {
    let root = root.read();
    Model {
        list: root.list.to_vec(),
        dict: root.dict.iter().collect(),
        set: root.set.iter().collect(),
        number: root.number,
    }
}

pub(crate) fn play(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut world = World::open(base::folder());
    let (mut model, mut past) = (Model::default(), Vec::new());
    let mut memo = root();
    for _ in 0..OPS_MAX {
        if input.is_empty() {
            break;
        }
        match input.byte() % 8 {
            0 => {
                let state = world.workspace.commit().expect("it commits");
                past.push((state, model.clone()));
            }
            1 => {
                drop(memo);
                world = world.reopened();
                memo = root();
            }
            2 => {
                let before = model.clone();
                let undone = db0::atomic(|| -> db0::Result<()> {
                    (0..3).for_each(|_| change(&memo, &mut model, &mut input));
                    assert_eq!(seen(&memo), model, "inside an atomic");
                    Err(db0::abort("on purpose"))
                });
                assert!(undone.is_err());
                model = before;
            }
            3 => db0::clear_cache(),
            _ => change(&memo, &mut model, &mut input),
        }
        assert_eq!(seen(&memo), model);
    }
    drop(memo);
    let world = world.reopened();
    assert_eq!(seen(&root()), model, "after all of it");
    for (state, model) in &past {
        let snapshot = db0::snapshot_at(*state).expect("it is kept");
        assert_eq!(seen(&snapshot.singleton().expect("it was there")), *model, "at {state}");
    }
    drop(world);
}

fn change(root: &Memo<Root>, model: &mut Model, input: &mut Input<'_>) {
    let (op, value) = (input.byte(), input.pair() as u16);
    let guard = root.read();
    let (list, dict, set) = (&guard.list, &guard.dict, &guard.set);
    let len = model.list.len();
    match op % 10 {
        0 => {
            list.push(value);
            model.list.push(value);
        }
        1 => {
            let at = usize::from(value) % (len + 1);
            list.insert(at, value);
            model.list.insert(at, value);
        }
        2 if len > 0 => {
            let at = usize::from(value) % len;
            assert_eq!(list.remove(at), model.list.remove(at));
        }
        3 => {
            let more: Vec<u16> = (0..value % 300).collect();
            list.extend(more.iter().copied());
            model.list.extend(more);
        }
        4 => {
            let key = input.bytes(40).to_vec();
            assert_eq!(dict.insert(key.clone(), value), model.dict.insert(key, value));
        }
        5 => {
            let key = model.dict.keys().nth(usize::from(value) % (model.dict.len() + 1)).cloned();
            let key = key.unwrap_or_default();
            assert_eq!(dict.remove(&key), model.dict.remove(&key));
        }
        6 => assert_eq!(set.insert(value), model.set.insert(value)),
        7 => {
            let member = model.set.iter().nth(usize::from(value) % (model.set.len() + 1)).copied();
            let member = member.unwrap_or(value);
            assert_eq!(set.remove(member), model.set.remove(&member));
        }
        8 => {
            dict.clear();
            model.dict.clear();
        }
        _ => {
            drop(guard);
            root.update(|root| root.number += u64::from(value));
            model.number += u64::from(value);
        }
    }
}
