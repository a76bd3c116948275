//! Tags are put on without a look at those that are there: what comes to nothing is no change.

use db0::{Kind, Memo};

use crate::common::World;

#[db0::memo(keep)]
struct Page {
    number: u32,
}

fn page(number: u32) -> Memo<Page> {
    Memo::new(Page { number })
}

fn commit() -> u64 {
    db0::commit().expect("it commits")
}

#[test]
fn a_tag_that_is_there_makes_no_state() {
    let _world = World::new();
    let (one, other) = (page(1), page(2));
    db0::tags([&one, &other]).add(["a", "b"]);
    let state = commit();
    db0::tags([&one, &other]).add("a").set(["b", "a"]).remove("c");
    assert_eq!(commit(), state);
    db0::tags(&one).remove("b").add("b");
    assert_eq!(commit(), state);
    db0::tags(&one).add("c");
    assert_eq!(commit(), state + 1);
}

#[test]
fn only_objects_with_other_tags_are_told_as_changed() {
    let _world = World::new();
    let (one, other) = (page(1), page(2));
    db0::tags([&one, &other]).add("a");
    commit();
    let before = db0::snapshot().expect("a snapshot");
    db0::tags([&one, &other]).add("a");
    db0::tags(&other).add("b");
    commit();
    let after = db0::snapshot().expect("a snapshot");
    let joined = db0::select_new::<Page>("b", &before, &after);
    assert_eq!(joined.map(|page| page.read().number).collect::<Vec<_>>(), [2]);
    let told: Vec<_> = db0::changes(&before, &after).map(|it| (it.uuid, it.kind)).collect();
    assert!(told.iter().all(|(uuid, kind)| *uuid == other.uuid() && *kind == Kind::Modified));
}

#[test]
fn tags_pending_in_several_steps_come_to_one_row() {
    let mut world = World::new();
    let pages: Vec<_> = (0..200).map(page).collect();
    db0::tags(&pages).add("old");
    commit();
    for page in pages.iter().rev().step_by(2) {
        db0::tags(page).add(["a", "b", "c", "d"]).remove("b").passive().add("c");
    }
    let failed: db0::Result<()> = db0::atomic(|| {
        db0::tags(&pages).set("nothing else");
        Err(db0::abort("undone"))
    });
    assert!(failed.is_err());
    let expected = |number: usize| -> &[&str] {
        if number % 2 == 1 { &["a", "c", "d", "old"] } else { &["old"] }
    };
    let check = || {
        for (number, page) in db0::find::<Page>(()).iter().enumerate() {
            let tags: Vec<_> = db0::tags(&page).list().iter().map(ToString::to_string).collect();
            assert_eq!(tags, expected(number), "page {number}");
        }
        assert_eq!(db0::find::<Page>(("old", "d", db0::no("b"))).count(), 100);
    };
    check();
    commit();
    check();
    drop(pages);
    world.reopen();
    check();
}
