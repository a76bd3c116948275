//! Objects on disk: creating, updating and fetching them.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use tempfile::TempDir;

use crate::{
    args::Args,
    contenders::{Db0, of_peers},
    folder,
    limit::Limit,
    person,
    row::{Contender, Row},
    sample::Sample,
    store::{Loaded, Store},
};

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "create",
        what: "n objects in one commit, with class membership and state",
        contenders: |args| of_all!(args, create),
    },
    Row {
        name: "update",
        what: "one field of n objects in one commit; history in db0 and the limit, none in the others",
        contenders: |args| of_all!(args, update),
    },
    Row {
        name: "fetch",
        what: "n objects by uuid in random order after opening, each decoded",
        contenders: |args| of_all!(args, fetch),
    },
];

/// A row's contender for every database, the limit first.
macro_rules! of_all {
    ($args:expr, $row:ident) => {{
        let mut all = vec![$row::<Limit>($args), $row::<Db0>($args)];
        all.extend(of_peers!($row($args)));
        all
    }};
}
use of_all;

fn create<S: Store>(args: &Args) -> Contender {
    let n = args.n;
    Contender::new(S::NAME, move || {
        let folder = folder::new();
        let mut store = S::open(folder.path());
        let (people, ids) = (person::people(n), person::ids(n));
        let sample = Sample::of(n, || store.create(people, &ids));
        store.close();
        sample.with("bytes each", folder::bytes(folder.path()) as f64 / n as f64)
    })
}

fn update<S: Store>(args: &Args) -> Contender {
    let n = args.n;
    Contender::new(S::NAME, move || {
        let folder = filled::<S>(n);
        let (mut store, mut loaded) = load::<S>(folder.path(), n);
        let sample = Sample::of(n, || store.update(0..n, &mut loaded));
        store.close();
        sample.with("bytes each", folder::bytes(folder.path()) as f64 / n as f64)
    })
}

fn fetch<S: Store>(args: &Args) -> Contender {
    let n = args.n;
    // Reading changes nothing: one folder serves all rounds.
    let folder: Arc<OnceLock<TempDir>> = Arc::default();
    Contender::new(S::NAME, move || {
        let folder = folder.get_or_init(|| filled::<S>(n));
        let store = S::open(folder.path());
        let keys = store.keys(&person::ids(n));
        let keys: Vec<S::Key> = person::shuffled(n).into_iter().map(|i| keys[i]).collect();
        store.close();
        let store = S::open(folder.path());
        let sample = Sample::of(n, || store.fetch(&keys));
        store.close();
        sample
    })
}

/// A folder with `n` people in it.
pub(super) fn filled<S: Store>(n: usize) -> TempDir {
    let folder = folder::new();
    let mut store = S::open(folder.path());
    store.create(person::people(n), &person::ids(n));
    store.close();
    folder
}

/// Opens a filled folder as a program does that has its people in memory.
pub(super) fn load<S: Store>(folder: &Path, n: usize) -> (S, Loaded<S::Key>) {
    let mut store = S::open(folder);
    let loaded = Loaded { keys: store.keys(&person::ids(n)), people: person::people(n) };
    store.load(&loaded);
    (store, loaded)
}
