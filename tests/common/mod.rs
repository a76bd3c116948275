//! What tests share: a workspace in a folder of its own, entered by the test's thread.
#![allow(dead_code, reason = "each test takes what it needs")]

use std::cell::Cell;

use db0::{Config, Entered, Workspace};
use tempfile::TempDir;

/// A temporary folder with a workspace that is the thread's own.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    entered: Option<Entered>,
    damaged: Cell<bool>,
    pub(crate) workspace: Option<Workspace>,
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut world = Self { folder, entered: None, damaged: Cell::new(false), workspace: None };
        world.open();
        world
    }

    /// Opens the folder; autocommit is off, so that states are the test's own.
    pub(crate) fn open(&mut self) {
        self.open_prefix("default");
    }

    /// Opens the folder with another prefix than the usual one.
    pub(crate) fn open_prefix(&mut self, name: &str) {
        let config = Config::new(self.folder.path()).prefix(name).autocommit(false);
        let workspace = Workspace::open(config).expect("it opens");
        self.entered = Some(workspace.enter());
        self.workspace = Some(workspace);
    }

    /// Closes it, as at the end of a process.
    pub(crate) fn close(&mut self) {
        if let Some(workspace) = self.workspace.take() {
            workspace.close().expect("it closes");
            self.verify();
        }
        self.entered = None;
    }

    /// The test damages what is stored.
    pub(crate) fn set_damaged(&self) {
        self.damaged.set(true);
    }

    /// Whatever else a test has done, all that is stored makes sense, and agrees.
    fn verify(&self) {
        if self.damaged.get() {
            return;
        }
        for prefix in Workspace::list(self.folder.path()).expect("it is listed") {
            let found = Workspace::verify(self.folder.path(), &prefix).expect("it can be read");
            assert!(found.is_sound(), "prefix {prefix:?}: {found:#?}");
        }
    }

    /// Closes it and opens it again.
    pub(crate) fn reopen(&mut self) {
        self.close();
        self.open();
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(workspace) = &self.workspace
            && !std::thread::panicking()
            && workspace.close().is_ok()
        {
            self.verify();
        }
    }
}

/// How many cases a model test goes through: as many as `PROPTEST_CASES` says, else so many.
pub(crate) fn cases(default: u32) -> u32 {
    std::env::var("PROPTEST_CASES").map_or(default, |cases| cases.parse().expect("a number"))
}
