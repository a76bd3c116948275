//! What tests of the commands share: notes to work on, and the program itself.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::{
    ffi::OsStr,
    path::Path,
    process::{Command, Output},
};

use db0::{Config, Workspace};

#[db0::memo(keep)]
pub(crate) struct Note {
    pub(crate) text: String,
}

/// Runs the program with these words behind its name.
pub(crate) fn db0(words: impl IntoIterator<Item: AsRef<OsStr>>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_db0")).args(words).output().expect("it runs")
}

/// A workspace that commits when it is told to.
pub(crate) fn open(folder: &Path) -> Workspace {
    Workspace::open(Config::new(folder).autocommit(false)).expect("it opens")
}

pub(crate) fn path(text: &str) -> &Path {
    Path::new(text)
}

/// All that the program has said.
pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
