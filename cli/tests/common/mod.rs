//! What tests of the commands share: notes to work on, and the program itself.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::{
    ffi::OsStr,
    path::Path,
    process::{Command, Output},
};

use db0::{Config, Workspace};
use serde_json::Value;

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

/// What a command prints, which succeeds.
pub(crate) fn run(folder: &Path, words: &[&str]) -> String {
    let (name, rest) = words.split_first().expect("a command");
    let rest = rest.iter().map(OsStr::new);
    let output = db0([OsStr::new(name), folder.as_os_str()].into_iter().chain(rest));
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// What a command says that fails.
pub(crate) fn refused(folder: &Path, words: &[&str]) -> String {
    let (name, rest) = words.split_first().expect("a command");
    let rest = rest.iter().map(OsStr::new);
    let output = db0([OsStr::new(name), folder.as_os_str()].into_iter().chain(rest));
    assert_eq!(output.status.code(), Some(1), "{words:?}");
    String::from_utf8(output.stderr).expect("text")
}

/// Lines of JSON.
pub(crate) fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect()
}
