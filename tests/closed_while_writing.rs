//! Closing beside threads that write: what was written without an error is there afterwards.

use std::{
    sync::mpsc,
    thread::{self, ScopedJoinHandle},
};

use db0::{Config, Error, Memo, Mode, Prefix, Workspace};
use tempfile::TempDir;

#[db0::memo(keep)]
#[derive(Debug)]
struct Item {
    n: u64,
}

fn open(folder: &TempDir) -> Workspace {
    Workspace::open(Config::new(folder.path()).autocommit(false)).expect("it opens")
}

fn kept(folder: &TempDir, prefix: &str) -> Vec<u64> {
    let workspace = open(folder);
    let prefix = workspace.prefix(prefix, Mode::ReadWrite).expect("it opens");
    prefix.find::<Item>(()).iter().map(|item| item.read().n).collect()
}

/// Updates an object until it is refused; gives how often that went well.
fn until_refused(item: &Memo<Item>) -> u64 {
    let mut done = 0;
    loop {
        match item.try_update(|item| item.n += 1) {
            Ok(()) => done += 1,
            Err(Error::Closed { .. }) => return done,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Lets two threads write, and closes; gives how many updates each of them had made.
fn written_beside(close: impl Fn(&Workspace, &Prefix), prefix: &str) -> (Vec<u64>, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = open(&folder);
    let prefix = workspace.prefix(prefix, Mode::ReadWrite).expect("it opens");
    let items = [0; 2].map(|n| prefix.create(Item { n }));
    workspace.commit().expect("it commits");
    let done = thread::scope(|scope| {
        let write = |item| scope.spawn(move || until_refused(item));
        let writers: Vec<ScopedJoinHandle<u64>> = items.iter().map(write).collect();
        while items.iter().any(|item| item.read().n == 0) {
            thread::yield_now();
        }
        close(&workspace, &prefix);
        writers.into_iter().map(|writer| writer.join().expect("it ends")).collect()
    });
    drop((items, prefix));
    workspace.close().expect("it closes");
    (done, folder)
}

#[test]
fn what_was_written_when_a_workspace_closed_is_there() {
    let close = |workspace: &Workspace, _: &Prefix| workspace.close().expect("it closes");
    for _ in 0..20 {
        let (done, folder) = written_beside(close, "default");
        assert_eq!(kept(&folder, "default"), done);
    }
}

#[test]
fn what_was_written_when_a_prefix_closed_is_there() {
    let close = |_: &Workspace, prefix: &Prefix| prefix.clone().close().expect("it closes");
    for _ in 0..20 {
        let (done, folder) = written_beside(close, "other");
        assert_eq!(kept(&folder, "other"), done);
    }
}

/// The last commit does not wait for ever: what comes after it is refused, and undone.
#[test]
fn an_atomic_that_ends_after_the_close_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = open(&folder);
    let item = workspace.create(Item { n: 0 });
    let (changed, to_closer) = mpsc::channel();
    let (closed, to_writer) = mpsc::channel();
    thread::scope(|scope| {
        let (workspace, item) = (&workspace, &item);
        let writer = scope.spawn(move || {
            workspace.atomic(|| -> db0::Result<()> {
                item.try_update(|item| item.n = 7)?;
                changed.send(()).expect("somebody listens");
                to_writer.recv().expect("somebody sends");
                Ok(())
            })
        });
        to_closer.recv().expect("somebody sends");
        workspace.close().expect("it closes");
        closed.send(()).expect("somebody listens");
        let refused = writer.join().expect("it ends").expect_err("it came too late");
        assert!(matches!(refused, Error::Closed { .. }), "{refused}");
    });
    assert_eq!(kept(&folder, "default"), [0]);
}
