//! A workspace in a new folder, for one order of a scenario.

use std::path::Path;

use db0::{Config, Durability, Memo, Workspace};
use shuttle::thread::{self, JoinHandle};
use tempfile::TempDir;

/// An object with one number.
#[db0::memo]
pub(crate) struct Item {
    pub(crate) n: u64,
}

/// What waits to be dropped keeps its file mapped, and thousands are made in one process.
const MAP_BYTES: usize = 16 << 20;

/// Dropped from the top: what can't be committed any more would stay open.
pub(crate) struct World {
    pub(crate) workspace: Workspace,
    folder: TempDir,
}

impl World {
    /// Commits when it is told to.
    pub(crate) fn new() -> Self {
        Self::with(|config| config.autocommit(false))
    }

    pub(crate) fn with(settings: impl FnOnce(Config) -> Config) -> Self {
        // In memory where there is such a folder: thousands of them are made.
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() { memory.into() } else { std::env::temp_dir() };
        let folder = tempfile::tempdir_in(place).expect("a folder");
        let config = Config::new(folder.path()).durability(Durability::Relaxed).map_size(MAP_BYTES);
        let workspace = Workspace::open(settings(config)).expect("it opens");
        Self { folder, workspace }
    }

    /// Runs `work` in a thread of its own, in this workspace.
    pub(crate) fn thread<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> JoinHandle<R> {
        let workspace = self.workspace.clone();
        thread::spawn(move || {
            let _entered = workspace.enter();
            work()
        })
    }

    /// Runs `work` in this thread, in this workspace.
    pub(crate) fn here<R>(&self, work: impl FnOnce() -> R) -> R {
        let _entered = self.workspace.enter();
        work()
    }

    /// Objects with the numbers from 0 on, committed.
    pub(crate) fn items(&self, count: u64) -> Vec<Memo<Item>> {
        let items = (0..count).map(|n| self.workspace.create(Item { n })).collect();
        self.workspace.commit().expect("it commits");
        items
    }

    /// Closes it, verifies the file, and looks into what a new opening finds.
    pub(crate) fn reopened(self, look: impl FnOnce(&Workspace)) {
        self.workspace.close().expect("it closes");
        let found = Workspace::verify(self.folder.path(), "default").expect("it can be read");
        assert!(found.is_sound(), "{:?}", found.findings);
        let config = Config::new(self.folder.path()).autocommit(false).map_size(MAP_BYTES);
        let workspace = Workspace::open(config).expect("it opens again");
        let entered = workspace.enter();
        look(&workspace);
        drop(entered);
        workspace.close().expect("it closes again");
    }
}

pub(crate) fn join<R>(thread: JoinHandle<R>) -> R {
    thread.join().expect("it ends")
}
