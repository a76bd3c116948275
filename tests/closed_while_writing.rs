//! Closing beside threads that write: what was written without an error is there afterwards.

use std::{
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread::{self, ScopedJoinHandle},
};

use db0::{Config, Dict, Error, Index, List, Memo, Mode, Prefix, Result, Workspace};
use tempfile::TempDir;

#[db0::memo(keep)]
#[derive(Debug)]
struct Item {
    n: u64,
    list: List<u64>,
    dict: Dict<u64, u64>,
    index: Index<u64, Memo<Item>>,
}

impl Item {
    fn new(n: u64) -> Self {
        Self { n, list: List::new(), dict: Dict::new(), index: Index::new() }
    }
}

/// A way to write, and what it leaves of the numbers that it was given, from 0 up.
struct Way {
    name: &'static str,
    write: fn(&Workspace, &Memo<Item>, u64) -> Result<()>,
    left: fn(&Memo<Item>) -> Vec<u64>,
}

fn tagged(item: &Memo<Item>) -> Vec<u64> {
    let number = |tag: String| tag.parse().expect("it is a number");
    let mut all: Vec<u64> =
        db0::tags(item).list().iter().map(|tag| number(tag.to_string())).collect();
    all.sort_unstable();
    all
}

const WAYS: [Way; 6] = [
    Way {
        name: "an object",
        write: |_, item, n| item.try_update(|item| item.n = n + 1),
        left: |item| (0..item.read().n).collect(),
    },
    Way {
        name: "a list",
        write: |_, item, n| item.try_read()?.list.try_push(n),
        left: |item| item.read().list.to_vec(),
    },
    Way {
        name: "a dict",
        write: |_, item, n| item.try_read()?.dict.try_insert(n, n).map(drop),
        left: |item| item.read().dict.keys().collect(),
    },
    Way {
        name: "an index",
        write: |_, item, n| item.try_read()?.index.try_add(n, item).map(drop),
        left: |item| item.read().index.iter().map(|(key, _)| key).collect(),
    },
    Way {
        name: "tags",
        write: |_, item, n| db0::tags(item).try_add(n.to_string()).map(drop),
        left: tagged,
    },
    Way {
        name: "all of them in an atomic",
        write: |workspace, item, n| {
            workspace.atomic(|| -> Result<()> {
                item.try_update(|item| item.n = n + 1)?;
                item.try_read()?.list.try_push(n)?;
                item.try_read()?.dict.try_insert(n, n)?;
                item.try_read()?.index.try_add(n, item)?;
                db0::tags(item).try_add(n.to_string()).map(drop)
            })
        },
        left: |item| {
            let all = WAYS[..5].iter().map(|way| (way.left)(item)).collect::<Vec<_>>();
            assert!(all.iter().all(|one| *one == all[0]), "{all:?}");
            all[0].clone()
        },
    },
];

fn open(folder: &TempDir) -> Workspace {
    Workspace::open(Config::new(folder.path()).autocommit(false)).expect("it opens")
}

fn kept(folder: &TempDir, prefix: &str, left: fn(&Memo<Item>) -> Vec<u64>) -> Vec<Vec<u64>> {
    let workspace = open(folder);
    let prefix = workspace.prefix(prefix, Mode::ReadWrite).expect("it opens");
    prefix.find::<Item>(()).iter().map(|item| left(&item)).collect()
}

/// Writes one number after the other until it is refused; gives how many went well, and tells of the
/// first.
fn until_refused(mut write: impl FnMut(u64) -> Result<()>, began: &AtomicUsize) -> u64 {
    let mut done = 0;
    loop {
        match write(done) {
            Ok(()) => done += 1,
            Err(Error::Closed { .. } | Error::ReadOnly { .. }) => return done,
            Err(error) => panic!("{error}"),
        }
        if done == 1 {
            began.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Lets two threads write, and closes; gives how many numbers each of them had written.
fn written_beside(close: fn(&Workspace, &Prefix), prefix: &str, way: &Way) -> (Vec<u64>, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = open(&folder);
    let prefix = workspace.prefix(prefix, Mode::ReadWrite).expect("it opens");
    let items = [(); 2].map(|()| prefix.create(Item::new(0)));
    workspace.commit().expect("it commits");
    let began = AtomicUsize::new(0);
    let done = thread::scope(|scope| {
        let (workspace, began) = (&workspace, &began);
        let write =
            |item| scope.spawn(move || until_refused(|n| (way.write)(workspace, item, n), began));
        let writers: Vec<ScopedJoinHandle<u64>> = items.iter().map(write).collect();
        while began.load(Ordering::Relaxed) < items.len() {
            thread::yield_now();
        }
        close(workspace, &prefix);
        writers.into_iter().map(|writer| writer.join().expect("it ends")).collect()
    });
    drop((items, prefix));
    workspace.close().expect("it closes");
    (done, folder)
}

fn nothing_is_lost(close: fn(&Workspace, &Prefix), prefix: &str) {
    for way in &WAYS {
        for _ in 0..10 {
            let (done, folder) = written_beside(close, prefix, way);
            let told: Vec<Vec<u64>> = done.into_iter().map(|done| (0..done).collect()).collect();
            assert_eq!(kept(&folder, prefix, way.left), told, "{}", way.name);
        }
    }
}

#[test]
fn what_was_written_when_a_workspace_closed_is_there() {
    nothing_is_lost(|workspace, _| workspace.close().expect("it closes"), "default");
}

#[test]
fn what_was_written_when_a_prefix_closed_is_there() {
    nothing_is_lost(|_, prefix| prefix.clone().close().expect("it closes"), "other");
}

#[test]
fn what_was_written_when_the_right_to_write_was_given_up_is_there() {
    nothing_is_lost(|_, prefix| prefix.release_writer().expect("it is free"), "default");
}

/// Runs `write` until it calls what it was given, closes meanwhile, and lets it go on; gives what it says.
fn closed_in_the_middle(
    write: impl FnOnce(&Workspace, &Memo<Item>, &dyn Fn()) -> Result<()> + Send,
) {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = open(&folder);
    let item = workspace.create(Item::new(0));
    item.read().list.push(0);
    let (begun, to_closer) = mpsc::channel();
    let (closed, to_writer) = mpsc::channel();
    thread::scope(|scope| {
        let (workspace, item) = (&workspace, &item);
        let writer = scope.spawn(move || {
            write(workspace, item, &|| {
                begun.send(()).expect("somebody listens");
                to_writer.recv().expect("somebody sends");
            })
        });
        to_closer.recv().expect("somebody sends");
        workspace.close().expect("it closes");
        closed.send(()).expect("somebody listens");
        let refused = writer.join().expect("it ends").expect_err("it came too late");
        assert!(matches!(refused, Error::Closed { .. }), "{refused}");
    });
    assert_eq!(kept(&folder, "default", WAYS[0].left), [[]; 1]);
    assert_eq!(kept(&folder, "default", WAYS[1].left), [[0]]);
}

// The last commit does not wait for ever: what comes after it is refused, and undone.

#[test]
fn an_atomic_that_ends_after_the_close_says_so() {
    closed_in_the_middle(|workspace, item, wait| {
        workspace.atomic(|| -> Result<()> {
            item.try_update(|item| item.n = 7)?;
            item.try_read()?.list.try_push(7)?;
            wait();
            Ok(())
        })
    });
}

#[test]
fn a_guard_that_ends_after_the_close_says_so() {
    closed_in_the_middle(|_, item, wait| {
        item.try_update(|item| {
            item.n = 7;
            wait();
        })
    });
}

#[test]
fn a_call_that_ends_after_the_close_says_so() {
    closed_in_the_middle(|_, item, wait| {
        item.try_read()?.list.try_extend((1..3).inspect(|n| {
            if *n == 2 {
                wait();
            }
        }))
    });
    closed_in_the_middle(|_, item, wait| {
        item.try_read()?.list.try_retain(|_| {
            wait();
            false
        })
    });
}
