//! Subscribers see every committed state once, in order, from wherever they begin.

mod common;

use std::{process::Command, time::Duration};

use common::World;
use db0::{Commit, Config, Error, Kind, Memo, Workspace};

#[db0::memo(keep)]
struct Note {
    n: u64,
}

fn write(memo: &Memo<Note>, n: u64) {
    memo.write().n = n;
    db0::commit().expect("it commits");
}

fn kinds(commit: &Commit<Note>) -> Vec<Kind> {
    commit.changes.iter().map(|change| change.kind).collect()
}

#[test]
fn every_state_once_and_in_order_while_they_are_committed() {
    const STATES: u64 = 200;
    let world = World::new();
    let config = Config::new(world.folder.path()).read_only();
    let reader = Workspace::open(config).expect("it opens");
    let follow = |entered: Workspace| {
        move || {
            let _entered = entered.enter();
            let mut last = 0;
            for commit in db0::subscribe::<Note>(()).since(0) {
                let commit = commit.expect("it is kept");
                assert_eq!(commit.state, last + 1);
                last += 1;
                let after = commit.changes[0].after.as_ref().expect("it is there");
                assert_eq!(after.read().n, last);
                if let Some(before) = &commit.changes[0].before {
                    assert_eq!(before.read().n, last - 1);
                }
                let expected = if last == 1 { Kind::Created } else { Kind::Modified };
                assert_eq!(kinds(&commit), [expected]);
                if last == STATES {
                    return;
                }
            }
            panic!("it ended");
        }
    };
    let writer = world.workspace.clone().expect("it is open");
    let threads = [writer, reader].map(|workspace| std::thread::spawn(follow(workspace)));
    let memo = Memo::new(Note { n: 1 });
    db0::commit().expect("it commits");
    (2..=STATES).for_each(|n| write(&memo, n));
    for thread in threads {
        thread.join().expect("it saw everything");
    }
}

#[test]
fn criteria_decide_what_is_new_and_deleted() {
    let _world = World::new();
    let mut red = db0::subscribe::<Note>("red");
    let mut next = || red.next_within(Duration::ZERO).expect("it reads").expect("a state");
    let memo = Memo::new(Note { n: 1 });
    db0::commit().expect("it commits");
    assert!(next().changes.is_empty());
    db0::tags(&memo).add("red");
    db0::commit().expect("it commits");
    assert_eq!(kinds(&next()), [Kind::Created]);
    write(&memo, 2);
    let commit = next();
    assert_eq!(kinds(&commit), [Kind::Modified]);
    assert!(commit.time.elapsed().expect("it was before") < Duration::from_mins(10));
    db0::tags(&memo).remove("red");
    db0::commit().expect("it commits");
    let gone = next();
    assert_eq!(kinds(&gone), [Kind::Deleted]);
    assert!(gone.changes[0].after.is_none() && gone.changes[0].before.is_some());
}

#[test]
fn one_number_is_remembered_over_a_restart() {
    let mut world = World::new();
    let memo = Memo::new(Note { n: 0 });
    let mut commits = db0::subscribe::<Note>(());
    (1..=5).for_each(|n| write(&memo, n));
    commits.by_ref().take(3).for_each(|commit| drop(commit.expect("it is kept")));
    let (seen, uuid) = (commits.state(), memo.uuid());
    assert_eq!(seen, 3);
    drop((commits, memo));
    world.reopen();
    let memo = db0::fetch::<Note>(uuid).expect("it is there");
    write(&memo, 6);
    let rest = db0::subscribe::<Note>(()).since(seen).take(3);
    let seen: Vec<_> = rest.map(|commit| commit.expect("it is kept").state).collect();
    assert_eq!(seen, [4, 5, 6]);
}

#[test]
fn who_is_overtaken_learns_where_to_go_on() {
    let _world = World::new();
    let memo = Memo::new(Note { n: 0 });
    let mut commits = db0::subscribe::<Note>(());
    (1..=9).for_each(|n| write(&memo, n));
    db0::prune_history(..6).expect("it prunes");
    let Some(Err(Error::Pruned { oldest })) = commits.next() else { panic!("it is pruned") };
    assert!(commits.next().is_none());
    let states = db0::subscribe::<Note>(()).since(oldest).take(3);
    let states: Vec<_> = states.map(|commit| commit.expect("it is kept").state).collect();
    assert_eq!(states, [7, 8, 9]);
}

#[test]
fn it_ends_with_its_prefix() {
    let world = World::new();
    let commits = db0::subscribe::<Note>(());
    let waiting = std::thread::spawn(move || commits.count());
    world.workspace.as_ref().expect("it is open").close().expect("it closes");
    assert_eq!(waiting.join().expect("it ends"), 0);
}

/// Where another process finds the workspace, and what it remembers.
const FOLDER: &str = "DB0_TEST_SUBSCRIPTION";
const SEEN: &str = "DB0_TEST_SEEN";

/// Follows three states from the one that it remembers, and writes down what it was told.
fn follow_elsewhere(folder: &str) {
    let seen = std::env::var(SEEN).expect("it is set").parse().expect("a number");
    let reader = Workspace::open(Config::new(folder).read_only()).expect("it opens");
    let _entered = reader.enter();
    let mut told = Vec::new();
    for commit in db0::subscribe::<Note>("red").since(seen).take(3) {
        let commit = commit.expect("it is kept");
        let values = commit.changes.iter().map(|change| {
            let value = |memo: &Option<Memo<Note>>| memo.as_ref().map(|memo| memo.read().n);
            (change.kind, value(&change.before), value(&change.after))
        });
        told.push(format!("{} {:?};", commit.state, values.collect::<Vec<_>>()));
    }
    std::fs::write(format!("{folder}/told"), told.concat()).expect("it is writable");
}

#[test]
fn another_process_goes_on_where_it_was() {
    if let Ok(folder) = std::env::var(FOLDER) {
        return follow_elsewhere(&folder);
    }
    let world = World::new();
    let memo = Memo::new(Note { n: 0 });
    db0::tags(&memo).add("red");
    (1..=6).for_each(|n| write(&memo, n));
    db0::prune_history(..3).expect("it prunes");
    let run = |seen: u64| {
        let mut command = Command::new(std::env::current_exe().expect("this test"));
        command.args(["--exact", "another_process_goes_on_where_it_was"]);
        command.env(FOLDER, world.folder.path()).env(SEEN, seen.to_string()).spawn()
    };
    let told = || std::fs::read_to_string(world.folder.path().join("told")).expect("it told");
    assert!(run(3).expect("it starts").wait().expect("it ends").success());
    let modified = |n: u64| format!("{n} [(Modified, Some({}), Some({n}))];", n - 1);
    assert_eq!(told(), (4..=6).map(modified).collect::<String>());
    // It waits for what is not there yet.
    let mut child = run(5).expect("it starts");
    std::thread::sleep(Duration::from_millis(100));
    write(&memo, 7);
    db0::tags(&memo).remove("red");
    db0::commit().expect("it commits");
    assert!(child.wait().expect("it ends").success());
    assert_eq!(told(), modified(6) + &modified(7) + "8 [(Deleted, Some(7), None)];");
}

#[test]
fn a_slow_one_holds_up_nobody_and_is_not_left_out() {
    let world = World::new();
    let reader = Workspace::open(Config::new(world.folder.path()).read_only()).expect("it opens");
    let memo = Memo::new(Note { n: 0 });
    let entered = reader.enter();
    let mut commits = db0::subscribe::<Note>(()).since(0);
    drop(entered);
    (1..=300).for_each(|n| write(&memo, n));
    for n in 1..=150 {
        let commit = commits.next().expect("it goes on").expect("it is kept");
        let after = commit.changes[0].after.as_ref().expect("it is there");
        assert_eq!((commit.state, after.read().n), (n, n));
    }
    db0::prune_history(..250).expect("it prunes");
    write(&memo, 301);
    std::thread::sleep(Duration::from_millis(300));
    reader.refresh().expect("it reads");
    db0::prune_history(..250).expect("it prunes");
    let Some(Err(Error::Pruned { oldest })) = commits.next() else { panic!("it is pruned") };
    assert_eq!(oldest, 250);
    let _entered = reader.enter();
    let rest: Vec<_> = db0::subscribe::<Note>(()).since(oldest).take(51).collect();
    let rest = rest.into_iter().map(|commit| commit.expect("it is kept").state);
    assert!(rest.eq(251..=301));
}
