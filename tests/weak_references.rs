//! Weak references lead into other prefixes: such as are not open, and as a snapshot has them.

mod common;

use common::World;
use db0::{AnyMemo, Error, Memo, Mode, WeakMemo};

#[db0::memo(keep)]
struct Item {
    n: u32,
    other: Option<WeakMemo<Item>>,
}

fn item(n: u32, other: Option<WeakMemo<Item>>) -> Item {
    Item { n, other }
}

/// Two that refer to each other, in prefixes "default" and "other".
fn pair() -> (Memo<Item>, Memo<Item>) {
    let other = db0::open("other", Mode::ReadWrite).expect("it opens");
    let home = db0::open("default", Mode::ReadWrite).expect("it opens");
    let there = Memo::new_in(&other, item(2, None));
    let here = Memo::new_in(&home, item(1, Some(there.downgrade())));
    there.write().other = Some(here.downgrade());
    db0::commit().expect("it commits");
    (here, there)
}

fn other(memo: &Memo<Item>) -> WeakMemo<Item> {
    memo.read().other.clone().expect("it has one")
}

#[test]
fn a_closed_prefix_is_opened_for_reading() {
    let mut world = World::new();
    let (here, there) = pair();
    let uuid = here.uuid();
    drop((here, there));
    world.reopen();
    let here = db0::fetch::<Item>(uuid).expect("it is there");
    assert!(!other(&here).is_expired());
    let there = other(&here).upgrade().expect("it is there");
    assert!(matches!(there.try_write(), Err(Error::ReadOnly { .. })));
    assert_eq!((there.read().n, other(&there).upgrade()), (2, Some(here.clone())));
    db0::open("other", Mode::ReadWrite).expect("it may be written yet");
    there.write().n = 3;
    assert_eq!(other(&here).upgrade().map(|there| there.read().n), Some(3));
    drop((here, there));
    // Without the type, too.
    world.reopen();
    let any = db0::fetch_any(uuid).expect("it is there");
    let value = any.get("other").expect("a field");
    let there = any.follow(value.as_reference().expect("a reference")).expect("it reads");
    assert_eq!(there.expect("it is there").get("n"), Some(3.into()));
}

#[test]
fn what_is_gone_with_its_prefix_is_expired_and_what_cannot_be_told_is_not() {
    let mut world = World::new();
    let (here, there) = pair();
    let (uuid, weak) = (here.uuid(), here.downgrade());
    drop((here, there));
    world.reopen();
    assert!(matches!(weak.try_upgrade(), Err(Error::Closed { .. })));
    assert!(weak.upgrade().is_none() && !weak.is_expired());
    db0::drop_prefix("other").expect("nobody has it open");
    let here = db0::fetch::<Item>(uuid).expect("it is there");
    for _ in 0..2 {
        assert!(other(&here).is_expired());
    }
    // A new prefix of that name is another one.
    let anew = db0::open("other", Mode::ReadWrite).expect("it opens");
    let there = Memo::new_in(&anew, item(9, None));
    here.write().other = Some(there.downgrade());
    drop((here, there, anew));
    world.reopen();
    let here = db0::fetch::<Item>(uuid).expect("it is there");
    assert_eq!(other(&here).upgrade().map(|there| there.read().n), Some(9));
}

#[test]
fn a_snapshot_of_several_prefixes_shows_them_all() {
    let _world = World::new();
    let (here, there) = pair();
    let snapshot = db0::snapshot().expect("a state");
    (here.write().n, there.write().n) = (10, 20);
    db0::commit().expect("it commits");
    let then = snapshot.of(&here);
    let there_then = other(&then).upgrade().expect("it was there");
    assert_eq!(there_then.read().n, 2);
    assert!(matches!(there_then.try_write(), Err(Error::ReadOnly { .. })));
    // Whatever is left of the snapshot keeps all of it.
    drop((snapshot, there_then));
    db0::prune_history(..db0::state()).expect("it prunes");
    let there_then = other(&then).upgrade().expect("it was there");
    drop(then);
    assert_eq!((there_then.read().n, here.read().n), (2, 10));
    let then = other(&there_then).upgrade().expect("it was there");
    assert_eq!(then.read().n, 1);
    let any = AnyMemo::from(&then);
    let value = any.get("other").expect("a field");
    let there_then = any.follow(value.as_reference().expect("a reference")).expect("it reads");
    assert_eq!(there_then.expect("it was there").get("n"), Some(2.into()));
    assert_eq!(other(&here).upgrade(), Some(there));
}

#[test]
fn a_prefix_that_is_closed_meanwhile_is_found_again() {
    let world = World::new();
    let (here, there) = pair();
    let weak = there.downgrade();
    drop(there);
    let close = || {
        let other = db0::open("other", Mode::ReadWrite).expect("it opens");
        db0::open("default", Mode::ReadWrite).expect("it opens");
        other.close().expect("it closes");
    };
    // In a value that was published, in one that is read again, and in the user's hands.
    for of in [other(&here), weak.clone()] {
        close();
        let there = of.upgrade().expect("it is there");
        assert_eq!(there.read().n, 2);
        assert!(matches!(there.try_write(), Err(Error::ReadOnly { .. })));
    }
    close();
    // A handle that keeps what was closed in memory is no hindrance.
    let there = weak.upgrade().expect("it is there");
    close();
    assert!(matches!(there.try_read(), Err(Error::Closed { .. })));
    assert_eq!(weak.upgrade().map(|there| there.read().n), Some(2));
    drop(there);
    close();
    db0::drop_prefix("other").expect("nobody has it open");
    assert!(other(&here).is_expired() && weak.is_expired());
    drop(world);
}

#[test]
fn a_reference_that_is_stored_leads_to_what_goes_on() {
    let mut world = World::new();
    let (here, there) = pair();
    let snapshot = db0::snapshot().expect("a state");
    here.write().other = Some(snapshot.of(&there).downgrade());
    there.write().n = 3;
    assert_eq!(snapshot.of(&there).downgrade().upgrade().map(|there| there.read().n), Some(2));
    assert_eq!(other(&here).upgrade().map(|there| there.read().n), Some(3));
    let uuid = here.uuid();
    drop((here, there, snapshot));
    world.reopen();
    let here = db0::fetch::<Item>(uuid).expect("it is there");
    assert_eq!(other(&here).upgrade().map(|there| there.read().n), Some(3));
}
