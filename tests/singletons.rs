//! A prefix has one object of a singleton class, however it is made; when that is deleted, there is none.

mod common;

use common::World;
use db0::{AnyMemo, Error, Memo, Mode};

#[db0::memo(singleton)]
#[derive(Debug)]
struct Root {
    n: u32,
}

#[db0::memo(singleton)]
struct Box {
    n: u32,
}

#[test]
fn the_first_object_is_the_singleton_and_a_second_is_refused() {
    let mut world = World::new();
    let root = Memo::new(Root { n: 1 });
    assert_eq!(db0::fetch_singleton::<Root>().expect("it is named"), root);
    assert_eq!(db0::singleton(|| Root { n: 2 }), root);
    let error = Memo::try_new(Root { n: 3 }).expect_err("there is one");
    assert!(matches!(error, Error::SecondSingleton { uuid, .. } if uuid == root.uuid()), "{error}");
    // Another prefix has its own.
    let other = db0::open("other", Mode::ReadWrite).expect("it opens");
    assert!(
        !other.has_singleton::<Root>() && !other.exists::<Root>(root.uuid()).expect("it reads")
    );
    let theirs = Memo::try_new_in(&other, Root { n: 4 }).expect("none is there");
    assert!(Memo::try_new_in(&other, Root { n: 5 }).is_err());
    assert!(
        other.has_singleton::<Root>() && other.exists::<Root>(theirs.uuid()).expect("it reads")
    );
    let uuid = root.uuid();
    drop((root, theirs, other));
    world.reopen();
    assert_eq!(db0::fetch_singleton::<Root>().expect("it was stored").uuid(), uuid);
}

#[test]
fn one_that_is_made_on_the_way_to_it_is_it() {
    let _world = World::new();
    let root = db0::singleton(|| {
        db0::singleton(|| Root { n: 1 });
        Root { n: 2 }
    });
    assert_eq!((root.read().n, db0::find::<Root>(()).count()), (1, 1));
}

#[test]
fn a_deleted_singleton_is_gone_and_can_be_made_again() {
    let mut world = World::new();
    let first = db0::singleton(|| Root { n: 1 });
    db0::commit().expect("it commits");
    // Also where its type is not named, and not where that is taken back.
    let undone = db0::atomic(|| {
        db0::delete(&AnyMemo::from(&first))?;
        assert!(!db0::has_singleton::<Root>());
        db0::singleton(|| Root { n: 2 });
        Err::<(), _>(db0::abort("no"))
    });
    assert!(undone.is_err());
    assert_eq!(db0::fetch_singleton::<Root>().expect("it is back"), first);
    db0::delete(&first).expect("nothing refers to it");
    assert!(!db0::has_singleton::<Root>());
    assert!(matches!(db0::fetch_singleton::<Root>(), Err(Error::NoSingleton { .. })));
    world.reopen();
    assert!(!db0::has_singleton::<Root>());
    let second = db0::singleton(|| Root { n: 3 });
    assert_eq!((second.read().n, second == first), (3, false));
    world.reopen();
    assert_eq!(db0::fetch_singleton::<Root>().expect("it was stored").read().n, 3);
}

#[test]
fn an_atomic_that_fails_leaves_no_name_behind() {
    let mut world = World::new();
    for n in 0..2 {
        let undone = db0::atomic(|| {
            Memo::new(Box { n });
            assert!(db0::has_singleton::<Box>());
            Err::<(), _>(db0::abort("no"))
        });
        assert!(undone.is_err() && !db0::has_singleton::<Box>());
    }
    world.reopen();
    assert!(!db0::has_singleton::<Box>());
    assert_eq!(db0::singleton(|| Box { n: 7 }).read().n, 7);
}
