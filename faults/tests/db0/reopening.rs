//! A disk that fails for a while under a store with readers, and can't even be opened again.

use std::time::Duration;

use db0::{Config, Mode, Prefix, Workspace};
use db0_faults::{Failure, Faults, Kind, Lasting, Plan, Scratch};

use crate::item::Item;
use crate::oracle::{Oracle, Past};
use crate::seen::{self, Seen};
use crate::world::World;

const STEPS: u64 = 8;
/// Longer than a loaded machine takes to try again.
const STALL: Duration = Duration::from_secs(20);

#[db0::memo(singleton)]
struct Counter {
    n: u64,
}

fn failing(kind: Kind, errno: i32) -> Plan {
    Plan { kind, nth: 1, failure: Failure::Errno(errno), lasting: Lasting::ThisKind }
}

/// The page that makes a state the last one is written, and nothing is told or written any more.
const GONE_IN_DOUBT: Plan = Plan {
    kind: Kind::SyncedWrite,
    nth: 1,
    failure: Failure::TooLate(libc::EIO),
    lasting: Lasting::WholeDevice,
};

/// Steps that are committed, those that can't be while both kinds of calls fail, and one after.
/// Says how often reading failed meanwhile.
fn fail_for_a_while(syncing: Plan, opening: Option<Plan>) -> u64 {
    let scratch = Scratch::new().expect("a folder");
    let mut world = World::open(Config::new(scratch.path())).expect("it opens");
    for _ in 0..STEPS {
        world.take_step().and_then(|()| world.commit()).expect("it is committed");
    }
    let before = world.contents.clone();
    let snapshot = db0::snapshot().expect("a state");
    let query = db0::find::<Item>(());
    let mut half_read = query.iter();
    let guard = half_read.next().expect("there are items").try_read().expect("it is there");
    let (id, value) = (guard.id, guard.value);

    let sync_faults = Faults::below(scratch.path()).expect("a folder");
    let open_faults = Faults::below(scratch.path()).expect("a folder");
    sync_faults.plan(syncing);
    if let Some(plan) = opening {
        open_faults.plan(plan);
    }
    let mut reads_failed = 0;
    for _ in 0..2 {
        if world.take_step().is_err() {
            reads_failed += 1;
            continue;
        }
        let error = world.commit().expect_err("the disk fails").to_string();
        assert!(error.contains("will be tried again"), "{error}");
        assert!(!world.is_healthy());
        reads_failed += u64::from(seen::contents(&Seen::Live).is_err());
        reads_failed += u64::from(seen::contents(&Seen::At(&snapshot)).is_err());
        assert_eq!((guard.id, guard.value), (id, value), "a guard shows what it showed");
    }
    assert!(sync_faults.hits() > 0 && (opening.is_none() || open_faults.hits() > 0));
    sync_faults.clear();
    open_faults.clear();

    world.commit().expect("the disk is well again");
    assert!(world.is_healthy());
    assert_eq!(seen::contents(&Seen::At(&snapshot)).expect("it is kept"), before);
    half_read.for_each(|memo| drop(memo.try_read()));
    drop((guard, snapshot, query));
    world.take_step().and_then(|()| world.commit()).expect("it goes on");
    let mut oracle = Oracle::default();
    assert_eq!(oracle.check_open(Past::All).expect("all is there"), world.step());
    let step = world.step();
    world.close().expect("it closes");
    assert_eq!(oracle.check(scratch.path(), Past::All), Ok(step));
    reads_failed
}

#[test]
fn readers_go_on_while_commits_fail() {
    for (kind, errno) in [
        (Kind::Fdatasync, libc::EIO),
        (Kind::SyncedWrite, libc::EIO),
        (Kind::Writev, libc::ENOSPC),
        (Kind::SyncedWrite, libc::EDQUOT),
    ] {
        assert_eq!(fail_for_a_while(failing(kind, errno), None), 0, "{kind:?}");
    }
}

#[test]
fn a_store_that_cant_be_reopened_recovers_with_the_disk() {
    for (kind, errno) in [(Kind::Open, libc::EMFILE), (Kind::Mmap, libc::ENOMEM)] {
        let syncing = failing(Kind::Fdatasync, libc::EIO);
        let reads_failed = fail_for_a_while(syncing, Some(failing(kind, errno)));
        println!("{kind:?}: {reads_failed} reads failed meanwhile");
    }
}

/// What can be read again is not on disk for that: nothing was acknowledged, and nothing is lost of
/// what came later.
#[test]
fn a_commit_in_doubt_stays_so_until_the_disk_works() {
    assert_eq!(fail_for_a_while(GONE_IN_DOUBT, None), 0);
    for (kind, errno) in [(Kind::Open, libc::EMFILE), (Kind::Mmap, libc::ENOMEM)] {
        fail_for_a_while(GONE_IN_DOUBT, Some(failing(kind, errno)));
    }
}

/// One prefix's part of a commit over several is on disk, without anybody's word for it.
#[test]
fn a_part_in_doubt_of_several_prefixes_is_made_good() {
    let scratch = Scratch::new().expect("a folder");
    let config = Config::new(scratch.path()).autocommit(false).stall(STALL);
    let workspace = Workspace::open(config.clone()).expect("it opens");
    let prefixes = ["a", "b"].map(|name| workspace.prefix(name, Mode::ReadWrite).expect("opens"));
    let set = |n| {
        let each = |prefix: &Prefix| prefix.singleton(|| Counter { n: 0 }).try_update(|c| c.n = n);
        workspace.atomic(|| -> db0::Result<()> { prefixes.iter().try_for_each(each) })
    };
    set(1).expect("it is written");
    workspace.commit().expect("it is committed");
    for name in ["a", "b"] {
        let faults = Faults::below(&scratch.path().join(name)).expect("a folder");
        for (n, lasting) in [(2, Lasting::Once), (3, Lasting::WholeDevice)] {
            set(n).expect("it is written");
            faults.plan(Plan { lasting, ..GONE_IN_DOUBT });
            std::thread::scope(|scope| {
                let committing = scope.spawn(|| workspace.commit());
                while faults.hits() == 0 {
                    std::thread::yield_now();
                }
                faults.clear();
                committing.join().expect("no panic").expect("it is made good");
            });
        }
    }
    set(4).expect("it is written");
    workspace.commit().expect("it is committed");
    workspace.close().expect("it closes");
    let workspace = Workspace::open(config).expect("it opens");
    for name in ["a", "b"] {
        let prefix = workspace.prefix(name, Mode::ReadWrite).expect("it opens");
        assert_eq!(prefix.singleton(|| Counter { n: 0 }).read().n, 4, "{name}");
    }
}
