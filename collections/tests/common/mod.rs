//! A workspace in a folder of its own, entered by the test's thread.
#![allow(dead_code, reason = "each test takes what it needs")]

use db0_runtime::{Entered, Workspace};
use tempfile::TempDir;

pub(crate) struct Scratch {
    // Dropped in this order: the folder goes last.
    _entered: Entered,
    pub(crate) workspace: Workspace,
    _folder: TempDir,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let workspace = Workspace::open(folder.path()).expect("a new workspace");
        Self { _entered: workspace.enter(), workspace, _folder: folder }
    }
}
