//! Subscribers in other processes: with a callback and as a stream, they see what a writer commits, each
//! state once; one that pruning has overtaken goes on from where it is told.

use std::{future::poll_fn, path::Path, pin::Pin, thread, time::Duration};

use db0::{Commit, CommitStream, Config, Error, Kind, Memo, Workspace};
use futures_core::Stream;

use crate::child::{Child, say, told};

const STATES: u64 = 100;

#[db0::memo(keep)]
struct Order {
    n: u64,
}

/// What a commit changed, in words.
fn text(commit: &Commit<Order>) -> String {
    let value = |memo: &Option<Memo<Order>>| memo.as_ref().map(|memo| memo.read().n);
    let changes = commit.changes.iter();
    let changes = changes.map(|change| (change.kind, value(&change.before), value(&change.after)));
    format!("{} {:?}", commit.state, changes.collect::<Vec<_>>())
}

fn reader(folder: &Path) -> Workspace {
    db0::init(Config::new(folder).read_only()).expect("it opens")
}

/// Says what its callback is called with, until its input ends.
pub(crate) fn listens(folder: &Path) {
    let workspace = reader(folder);
    let orders = db0::subscribe::<Order>("open");
    say("listens");
    let listening = orders.on_commit(|commit| say(text(&commit.expect("it is kept"))));
    told().for_each(drop);
    drop(listening);
    workspace.close().expect("it closes");
}

async fn next(commits: &mut CommitStream<Order>) -> Option<db0::Result<Commit<Order>>> {
    poll_fn(|context| Pin::new(&mut *commits).poll_next(context)).await
}

/// Says what its stream gives, until that ends.
pub(crate) fn streams(folder: &Path) {
    let workspace = reader(folder);
    let mut orders = db0::subscribe::<Order>("open").stream();
    say("listens");
    let closing = thread::spawn(move || {
        told().for_each(drop);
        workspace.close().expect("it closes");
    });
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        while let Some(commit) = next(&mut orders).await {
            say(text(&commit.expect("it is kept")));
        }
    });
    closing.join().expect("all went well");
}

/// Pauses after every tenth state until it is told to go on, and says what it missed.
pub(crate) fn is_slow(folder: &Path) {
    let workspace = reader(folder);
    let (mut commits, mut seen) = (db0::subscribe::<Order>(()).since(1), 1);
    let mut go = told();
    while seen < STATES {
        match commits.next().expect("it goes on") {
            Ok(commit) => {
                assert_eq!(commit.state, seen + 1, "in order, and each once");
                let [change] = &commit.changes[..] else { panic!("{commit:?}") };
                assert_eq!(change.after.as_ref().expect("it is there").read().n, commit.state);
                seen = commit.state;
            }
            Err(Error::Pruned { oldest }) => {
                say(format!("missed {} to {oldest}", seen + 1));
                seen = oldest;
                commits = db0::subscribe::<Order>(()).since(oldest);
            }
            Err(error) => panic!("{error}"),
        }
        if seen.is_multiple_of(10) && seen < STATES {
            say(format!("pauses at {seen}"));
            // What it reads otherwise is of later states.
            while go.next().expect("it is told to go on") == "look" {
                workspace.refresh().expect("it reads");
                say(db0::state());
            }
        }
    }
    workspace.close().expect("it closes");
}

fn writer(folder: &Path) -> Workspace {
    let config = Config::new(folder).autocommit(false);
    Workspace::open(config).expect("it opens")
}

#[test]
fn callbacks_and_streams_are_told_of_what_another_process_commits() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = writer(folder.path());
    let _entered = workspace.enter();
    let order = Memo::new(Order { n: 1 });
    db0::commit().expect("it commits");
    let mut followers = ["listens", "streams"].map(|role| Child::start(role, folder.path()));
    followers.iter_mut().for_each(|child| assert_eq!(child.hear().as_deref(), Some("listens")));
    let mut expected = Vec::new();
    for n in 2..=STATES {
        let kind = match n {
            2 => Some(Kind::Created),
            STATES => Some(Kind::Deleted),
            n if n % 3 == 0 => None,
            _ => Some(Kind::Modified),
        };
        let before = order.read().n;
        match kind {
            Some(Kind::Created) => drop(db0::tags(&order).add("open")),
            Some(Kind::Deleted) => drop(db0::tags(&order).remove("open")),
            Some(Kind::Modified) => order.write().n = n,
            // A state that is nothing to these followers, which are told of it all the same.
            None => drop(Memo::new(Order { n: 0 })),
        }
        assert_eq!(db0::commit().expect("it commits"), n);
        let after = order.read().n;
        let changes = kind.map(|kind| {
            let was = (kind != Kind::Created).then_some(before);
            (kind, was, (kind != Kind::Deleted).then_some(after))
        });
        expected.push(format!("{n} {:?}", Vec::from_iter(changes)));
    }
    for mut child in followers {
        let seen: Vec<_> = (2..=STATES).map(|_| child.hear().expect("it is told")).collect();
        assert_eq!(seen, expected);
        assert!(child.end().success());
    }
}

#[test]
fn who_is_overtaken_by_pruning_goes_on_from_where_it_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = writer(folder.path());
    let _entered = workspace.enter();
    let order = Memo::new(Order { n: 1 });
    let commit_until = |last: u64| {
        for n in db0::state() + 1..=last {
            order.write().n = n;
            assert_eq!(db0::commit().expect("it commits"), n);
        }
    };
    commit_until(1);
    let mut slow = Child::start("is slow", folder.path());
    commit_until(10);
    assert_eq!(slow.hear().as_deref(), Some("pauses at 10"));
    // It is busy while fifty more come, and nobody waits for it.
    commit_until(61);
    assert_eq!(slow.ask("look"), "61");
    thread::sleep(Duration::from_millis(300));
    db0::prune_history(..55).expect("it is writable");
    assert_eq!(slow.ask("go on"), "missed 11 to 55");
    assert_eq!(slow.hear().as_deref(), Some("pauses at 60"));
    commit_until(STATES);
    for at in [70, 80, 90] {
        assert_eq!(slow.ask("go on"), format!("pauses at {at}"));
    }
    slow.tell("go on");
    assert!(slow.end().success());
}
