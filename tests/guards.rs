//! Write guards: one for an object and thread, published as a whole or not at all.

mod common;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::{Duration, Instant},
};

use common::World;
use db0::{Config, Error, List, Memo, Workspace};
use serde::{Serialize, Serializer};

#[db0::memo(keep)]
#[derive(Debug, PartialEq)]
struct Note {
    n: u32,
    #[serde(serialize_with = "small")]
    size: u32,
    other: Option<Memo<Note>>,
    lines: List<u32>,
}

/// Refuses what is too large.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's form")]
fn small<S: Serializer>(size: &u32, serializer: S) -> Result<S::Ok, S::Error> {
    if *size > 100 {
        return Err(serde::ser::Error::custom("it is too large"));
    }
    size.serialize(serializer)
}

fn note(n: u32) -> Memo<Note> {
    Memo::new(Note { n, size: 0, other: None, lines: List::new() })
}

fn panics<R>(work: impl FnOnce() -> R) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(work)) else { panic!("it does not panic") };
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    panic.downcast_ref::<String>().cloned().or(text).unwrap_or_default()
}

#[test]
fn a_second_guard_is_refused_with_the_place_of_the_first() {
    let _world = World::new();
    let one = note(1);
    let line = line!() + 1;
    let first = one.write();
    let place = format!("{}:{line}:", file!());
    for refused in [
        one.try_write().map(drop),
        one.try_update(|_| ()),
        one.clone().try_write().map(drop),
        db0::AnyMemo::from(&one).try_set("n", 2),
    ] {
        let Err(Error::AlreadyWriting { uuid, place: told }) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(uuid, one.uuid());
        assert!(told.starts_with(&place), "{told} is not {place}");
    }
    assert!(panics(|| one.write().n = 2).contains(&place));
    // Other objects may be written, and read, and so may this one when the guard is gone.
    let mut other = note(2);
    other.write().n += 1;
    assert_eq!((one.read().n, other.read().n), (1, 3));
    drop(first);
    one.write().other = Some(other.clone());
    other = one.read().other.clone().expect("it was put there");
    assert_eq!(other.read().n, 3);
}

#[test]
fn everybody_sees_the_last_published_version_until_the_guard_is_dropped() {
    let _world = World::new();
    let one = note(1);
    let before = one.read();
    let mut guard = one.write();
    guard.n = 2;
    assert_eq!((guard.n, one.read().n), (2, 1));
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(one.read().n, 1));
    });
    drop(guard);
    assert_eq!((before.n, one.read().n), (1, 2));
}

#[test]
fn a_panic_in_a_draft_leaves_the_old_version() {
    let mut world = World::new();
    let one = note(1);
    let told = panics(|| {
        let mut guard = one.write();
        guard.n = 2;
        guard.other = Some(note(3));
        panic!("on purpose");
    });
    assert_eq!(told, "on purpose");
    assert_eq!((one.read().n, one.read().other.is_none()), (1, true));
    // The turn is free again, for this thread and others, and the object can be written.
    thread::scope(|scope| {
        scope.spawn(|| one.write().size = 5);
    });
    one.write().n += 10;
    db0::commit().expect("it commits");
    world.reopen();
    let one = db0::find::<Note>(()).filter(|note| note.size == 5).first().expect("it is there");
    assert_eq!((one.read().n, one.read().other.is_none()), (11, true));
}

#[test]
fn an_untouched_guard_changes_nothing() {
    let _world = World::new();
    let one = note(1);
    let state = db0::commit().expect("it commits");
    drop(one.write());
    one.update(|one| assert_eq!(one.n, 1));
    assert_eq!(db0::commit().expect("it commits"), state);
}

#[test]
fn what_can_not_be_stored_is_refused_when_it_is_published() {
    let _world = World::new();
    let one = note(1);
    let refused = one.try_update(|one| {
        one.n = 2;
        one.size = 1000;
    });
    let error = refused.expect_err("it is too large");
    assert!(error.to_string().contains("size"), "{error}");
    let mut guard = one.write();
    (guard.n, guard.size) = (3, 1000);
    assert!(matches!(guard.publish(), Err(Error::Encode { .. })));
    assert!(panics(|| one.write().size = 1000).contains("too large"));
    assert_eq!((one.read().n, one.read().size), (1, 0));
    // Inside an atomic it fails that, and nothing panics.
    let result = db0::atomic(|| -> db0::Result<()> {
        one.write().n = 7;
        one.write().size = 1000;
        Ok(())
    });
    assert!(matches!(result, Err(Error::Encode { .. })), "{result:?}");
    assert_eq!((one.read().n, one.read().size), (1, 0));
    assert!(matches!(
        Memo::try_new(Note { n: 1, size: 1000, other: None, lines: List::new() }),
        Err(Error::Encode { .. })
    ));
    db0::commit().expect("nothing of it is left");
}

#[test]
fn a_guard_that_is_held_stops_no_autocommit() {
    let mut world = World::new();
    world.close();
    let config = Config::new(world.folder.path()).autocommit_interval(Duration::from_millis(2));
    let workspace = Workspace::open(config).expect("it opens");
    let _entered = workspace.enter();
    let (one, other) = (note(1), note(2));
    let mut guard = one.write();
    guard.n = 100;
    let (held_at, began) = (db0::state(), Instant::now());
    other.write().n = 3;
    while db0::state() <= held_at {
        assert!(began.elapsed() < Duration::from_mins(1), "no autocommit comes");
        thread::yield_now();
    }
    let snapshot = db0::snapshot().expect("a snapshot");
    assert_eq!((snapshot.of(&one).read().n, snapshot.of(&other).read().n), (1, 3));
    drop(guard);
    assert_eq!(one.read().n, 100);
}

#[test]
fn a_collection_reached_through_a_guard_is_live() {
    let _world = World::new();
    let one = note(1);
    let read = one.read();
    let guard = one.write();
    guard.lines.push(1);
    assert_eq!((read.lines.len(), guard.lines.len()), (1, 1));
    drop(guard);
    assert_eq!(read.lines.to_vec(), [1]);
}

#[test]
fn a_guard_that_outlives_its_undone_atomic_publishes_nothing() {
    let _world = World::new();
    let one = note(1);
    for fails in [false, true] {
        let mut escaped = None;
        let undone = db0::atomic(|| {
            one.write().n = 10;
            let mut guard = one.write();
            guard.n += 1;
            escaped = Some(guard);
            if fails { Err(db0::abort("no")) } else { Ok(()) }
        });
        // Leaving a guard open is a failure of the atomic, too.
        assert!(undone.is_err());
        let guard = escaped.expect("it got out");
        if fails {
            drop(guard);
        } else {
            let error = guard.publish().expect_err("it is undone");
            assert!(matches!(error, Error::Aborted(_)), "{error}");
        }
        assert_eq!(one.read().n, 1);
    }
    // An inner one leaves the outer one's guards alone.
    let other = note(2);
    db0::atomic(|| -> db0::Result<()> {
        let mut inner = None;
        let undone = db0::atomic(|| {
            let mut guard = other.write();
            guard.n = 20;
            inner = Some(guard);
            Err::<(), _>(db0::abort("no"))
        });
        assert!(undone.is_err());
        drop(inner);
        one.write().n = 3;
        Ok(())
    })
    .expect("the outer one succeeds");
    assert_eq!((one.read().n, other.read().n), (3, 2));
}
