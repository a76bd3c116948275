//! db0, through its public API alone.

use std::{ops::Range, path::Path};

use db0::{Config, Memo, Workspace};
use uuid::Uuid;

use crate::{
    person::Person,
    store::{Loaded, Store},
};

/// A workspace without autocommit that this thread has entered.
pub(crate) struct Entered {
    pub(crate) workspace: Workspace,
    entered: Option<db0::Entered>,
}

impl Entered {
    pub(crate) fn open(folder: &Path) -> Self {
        Self::with(Config::new(folder))
    }

    pub(crate) fn with(config: Config) -> Self {
        let workspace = Workspace::open(config.autocommit(false)).expect("it opens");
        let entered = Some(workspace.enter());
        Self { workspace, entered }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.workspace.close().expect("it closes");
        self.entered = None;
    }
}

pub(crate) struct Db0 {
    pub(crate) held: Vec<Memo<Person>>,
    /// Last, so that handles go before what they are of.
    _entered: Entered,
}

impl Store for Db0 {
    type Key = Uuid;
    const NAME: &'static str = "db0";

    fn open(folder: &Path) -> Self {
        Self { held: Vec::new(), _entered: Entered::open(folder) }
    }

    fn create(&mut self, people: Vec<Person>, _ids: &[Uuid]) {
        for person in people {
            Memo::new(person);
        }
        db0::commit().expect("it commits");
    }

    fn keys(&self, _ids: &[Uuid]) -> Vec<Uuid> {
        db0::find::<Person>(()).uuids()
    }

    fn load(&mut self, loaded: &Loaded<Uuid>) {
        let fetch = |uuid: &Uuid| db0::fetch(*uuid).expect("it is there");
        self.held = loaded.keys.iter().map(fetch).collect();
    }

    fn update(&mut self, which: Range<usize>, _loaded: &mut Loaded<Uuid>) {
        for memo in &self.held[which] {
            memo.write().age += 1;
        }
        db0::commit().expect("it commits");
    }

    fn fetch(&self, keys: &[Uuid]) -> u64 {
        let age = |uuid: &Uuid| db0::fetch::<Person>(*uuid).expect("it is there").read().age;
        keys.iter().map(|uuid| u64::from(age(uuid))).sum()
    }
}
