//! Random histories of rows against a plain map that remembers every state.

use std::{collections::BTreeMap, ops::ControlFlow, sync::Arc};

use proptest::prelude::*;

use super::{Commit, Direction, KeyRange, Pin, StateNum, Store, Table, View};
use crate::lmdb::EnvOptions;

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

#[derive(Clone, Debug)]
enum Step {
    Put(Vec<u8>, Vec<u8>),
    Delete(Vec<u8>),
    Begin,
    End {
        keep: bool,
    },
    Seal,
    /// Moves what waits in the innermost private layer to a scratch file.
    Spill,
    Commit,
    Reopen,
    Pin(usize),
    Unpin,
    Prune(usize),
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    // Few keys, so that they meet again; some long ones.
    (0..40u8, any::<bool>()).prop_map(|(n, long)| if long { vec![n % 8; 60] } else { vec![n, n] })
}

/// Bytes as MessagePack, which every element is.
fn value(bytes: &[u8]) -> Vec<u8> {
    [&[0xc4, bytes.len() as u8], bytes].concat()
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (key(), prop::collection::vec(any::<u8>(), 0..20)).prop_map(|(k, v)| Step::Put(k, value(&v))),
        6 => key().prop_map(Step::Delete),
        1 => Just(Step::Begin),
        1 => any::<bool>().prop_map(|keep| Step::End { keep }),
        1 => Just(Step::Seal),
        1 => Just(Step::Spill),
        3 => Just(Step::Commit),
        1 => Just(Step::Reopen),
        1 => any::<usize>().prop_map(Step::Pin),
        1 => Just(Step::Unpin),
        1 => any::<usize>().prop_map(Step::Prune),
    ]
}

fn open(folder: &std::path::Path) -> Arc<Store> {
    let options = EnvOptions::scratch(1 << 20);
    Store::open(folder, "model", &options, crate::History::All).expect("the store opens")
}

/// Commits what waits, and applies the commit as a value to the copy.
fn commit(store: &Store, copy: &Store) {
    let layers = store.seal();
    let write = |writer: &mut super::Writer<'_>| {
        let rows: Vec<_> = layers.iter().map(|layer| layer.read()).collect();
        let rows: Vec<_> = rows.iter().map(|rows| &**rows).collect();
        writer.rows(&rows, &[Table::Elements])
    };
    let mut prepared = store.prepare_recorded(&mut { write }).expect("it can be written");
    let value = prepared.encode();
    store.commit_prepared(prepared).expect("the commit succeeds");
    store.unstack(&layers);
    let value = Commit::decode(&value).expect("it is sound");
    // Twice: what has been applied changes nothing.
    for _ in 0..2 {
        copy.apply(&value).expect("it fits");
    }
}

/// Every row of every table, as it stands in the file.
fn raw(store: &Store) -> Vec<(Table, Vec<u8>, Vec<u8>)> {
    let txn = store.env().read().expect("it reads");
    let mut rows = Vec::new();
    for table in Table::ALL {
        let mut cursor = txn.cursor(store.table(table)).expect("it opens");
        let mut next = cursor.first().expect("it reads");
        while let Some((key, row)) = next {
            rows.push((table, key.to_vec(), row.to_vec()));
            next = cursor.next().expect("it reads");
        }
    }
    rows
}

/// A copy of a prefix at its first state.
fn copy_of(folder: &std::path::Path) -> (tempfile::TempDir, Arc<Store>) {
    let place = tempfile::tempdir().expect("a folder");
    std::fs::copy(folder.join("data.mdb"), place.path().join("data.mdb")).expect("it copies");
    let store = open(place.path());
    (place, store)
}

fn contents(view: &View, range: &KeyRange, direction: Direction) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut rows = Vec::new();
    let mut each = |key: &[u8], body: &[u8]| {
        rows.push((key.to_vec(), body.to_vec()));
        Ok(ControlFlow::Continue(()))
    };
    view.scan(Table::Elements, range.clone(), direction, &mut each).expect("the scan succeeds");
    rows
}

fn compare(view: &View, model: &Model, range: &KeyRange) {
    let inside =
        |key: &&Vec<u8>| **key >= range.start && range.end.as_ref().is_none_or(|end| **key < *end);
    let expected: Vec<_> =
        model.iter().filter(|(key, _)| inside(key)).map(|(k, v)| (k.clone(), v.clone())).collect();
    assert_eq!(contents(view, range, Direction::Forward), expected);
    let mut backward = contents(view, range, Direction::Backward);
    backward.reverse();
    assert_eq!(backward, expected);
    for n in 0..40u8 {
        for key in [vec![n, n], vec![n % 8; 60]] {
            let found = view.get(Table::Elements, &key, <[u8]>::to_vec).expect("the read succeeds");
            assert_eq!(found.as_ref(), model.get(&key), "{key:?}");
        }
    }
}

struct World {
    folder: tempfile::TempDir,
    store: Option<Arc<Store>>,
    /// The innermost private layer is last.
    live: Vec<Model>,
    states: Vec<Model>,
    pins: Vec<(Pin, usize)>,
    oldest: usize,
    copy: (tempfile::TempDir, Arc<Store>),
}

impl World {
    fn store(&self) -> &Arc<Store> {
        self.store.as_ref().expect("the store is open")
    }

    fn end(&mut self, keep: bool) {
        if self.live.len() > 1 {
            let top = self.live.pop().expect("checked");
            if keep {
                *self.live.last_mut().expect("checked") = top;
                self.store().pop_private(|| ());
            } else {
                self.store().drop_private();
            }
        }
    }

    fn commit(&mut self) {
        while self.live.len() > 1 {
            self.end(true);
        }
        commit(self.store(), &self.copy.1);
        if self.states.last() != Some(&self.live[0]) {
            self.states.push(self.live[0].clone());
        }
        assert_eq!(self.store().state().0 as usize, self.states.len() - 1);
    }

    fn step(&mut self, step: Step) {
        let top = self.live.len() - 1;
        match step {
            Step::Put(key, value) => {
                self.store().with_target(|to| {
                    to.write().put(Table::Elements, &key, value.clone());
                });
                self.live[top].insert(key, value);
            }
            Step::Delete(key) => {
                self.store().with_target(|to| to.write().delete(Table::Elements, &key));
                self.live[top].remove(&key);
            }
            Step::Begin => {
                self.store().push_private();
                self.live.push(self.live[top].clone());
            }
            Step::End { keep } => self.end(keep),
            Step::Seal if top == 0 => drop(self.store().seal()),
            Step::Seal => {}
            Step::Spill if top == 0 => {}
            Step::Spill => {
                let spill = |target: &super::Layer| target.spill(self.folder.path(), 1);
                self.store().with_target(spill).expect("it spills");
            }
            Step::Commit => self.commit(),
            Step::Pin(which) => {
                let state = self.oldest + which % (self.states.len() - self.oldest);
                let pin = self.store().pins().pin(StateNum(state as u64)).expect("it is kept");
                self.pins.push((pin, state));
            }
            Step::Unpin => drop(self.pins.pop()),
            Step::Prune(which) => {
                let to = self.oldest + which % (self.states.len() - self.oldest);
                self.commit();
                self.store().retention().forget_before(StateNum(to as u64));
                while !self.store().is_pruned() {
                    commit(self.store(), &self.copy.1);
                }
                self.oldest = to;
            }
            Step::Reopen => {
                self.commit();
                self.pins.clear();
                self.store = None;
                self.store = Some(open(self.folder.path()));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]
    #[test]
    fn every_state_reads_as_it_was(
        steps in prop::collection::vec(step(), 1..150),
        from in key(),
        to in key(),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        drop(open(folder.path()));
        let copy = copy_of(folder.path());
        let store = Some(open(folder.path()));
        let mut world = World { folder, store, live: vec![Model::new()], states: vec![Model::new()], pins: Vec::new(), oldest: 0, copy };
        let ranges = [KeyRange::all(), KeyRange { start: from.clone(), end: Some(to) }, KeyRange::prefix(&from[..1])];
        for step in steps {
            world.step(step);
            let view = View::Live(world.store().clone());
            compare(&view, world.live.last().expect("never empty"), &ranges[1]);
            for (_, state) in &world.pins {
                let view = View::At(world.store().clone(), StateNum(*state as u64));
                compare(&view, &world.states[*state], &ranges[1]);
            }
        }
        world.step(Step::Reopen);
        prop_assert_eq!(raw(world.store()), raw(&world.copy.1));
        for range in &ranges {
            compare(&View::Live(world.store().clone()), &world.live[0], range);
            for (state, model) in world.states.iter().enumerate().skip(world.oldest) {
                compare(&View::At(world.store().clone(), StateNum(state as u64)), model, range);
            }
        }
    }
}
