//! Who follows a prefix goes on following it while the right to write is passed on: subscriptions, callbacks,
//! waiting, snapshots and handles, whoever writes.

mod common;

use std::{sync::mpsc, time::Duration};

use common::World;
use db0::{Config, Error, Lock, Memo, Workspace};

const LONG: Duration = Duration::from_mins(1);
const ROUNDS: u64 = 6;

#[db0::memo(singleton)]
struct Counter {
    n: u64,
}

#[test]
fn everything_that_follows_goes_on() {
    let world = World::new();
    let first = world.workspace.clone().expect("it is open");
    let counter = first.singleton(|| Counter { n: 1 });
    first.commit().expect("it commits");
    let config = Config::new(world.folder.path()).autocommit(false).lock(Lock::Wait(LONG));
    let prefix = first.current();
    prefix.release_writer().expect("nothing is in the way");
    let second = Workspace::open(config).expect("the right to write is free");
    let other = second.current();
    other.release_writer().expect("nothing is in the way");
    let there = other.fetch_singleton::<Counter>().expect("it is there");

    let mut commits = db0::subscribe::<Counter>(()).since(1);
    let (tell, changed) = mpsc::channel();
    let on_change = prefix.on_change(move |state| tell.send(state).expect("it listens"));
    let (tell, called) = mpsc::channel();
    let listening = db0::subscribe::<Counter>(()).on_commit(move |commit| {
        tell.send(commit.expect("it is kept").state).expect("it listens");
    });
    let mut held = vec![first.snapshot().expect("a snapshot")];
    for n in 2..=ROUNDS {
        let (writer, handle) = if n % 2 == 0 { (&other, &there) } else { (&prefix, &counter) };
        writer.acquire_writer().expect("nobody has it");
        assert_eq!(handle.read().n, n - 1, "it goes on where the other one left off");
        handle.write().n = n;
        assert_eq!(writer.commit().expect("it commits"), n);
        writer.release_writer().expect("nothing is in the way");
        assert!(matches!(handle.try_write(), Err(Error::ReadOnly { .. })));
        // Both see it, by every way there is.
        assert!(db0::wait(&prefix, n, LONG).expect("it waits"));
        assert!(db0::wait(&other, n, LONG).expect("it waits"));
        assert_eq!((counter.read().n, there.read().n), (n, n));
        let commit = commits.next().expect("it goes on").expect("it is kept");
        let value = |memo: &Option<Memo<Counter>>| memo.as_ref().map(|memo| memo.read().n);
        let change = &commit.changes[0];
        assert_eq!(
            (commit.state, value(&change.before), value(&change.after)),
            (n, Some(n - 1), Some(n))
        );
        assert_eq!(changed.recv_timeout(LONG), Ok(n));
        assert_eq!(called.recv_timeout(LONG), Ok(n));
        held.push(
            if n % 3 == 0 { second.snapshot() } else { first.snapshot() }.expect("a snapshot"),
        );
    }
    for (snapshot, n) in held.iter().zip(1..) {
        assert_eq!((snapshot.state(), snapshot.of(&counter).read().n), (n, n));
    }
    drop((on_change, listening));
    // The one who has it can't be put off, and says who it is.
    prefix.acquire_writer().expect("nobody has it");
    let impatient = Config::new(world.folder.path()).autocommit(false);
    let refused = Workspace::open(impatient);
    assert!(matches!(refused, Err(Error::AlreadyOpen { .. })), "{refused:?}");
}
