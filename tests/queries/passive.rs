//! Passive tags are found like others, and keep nothing alive.

use db0::Memo;

use crate::common::World;

#[db0::memo]
struct Draft {
    title: String,
}

#[db0::memo]
struct Link {
    next: Option<Memo<Link>>,
}

fn draft(title: &str) -> Memo<Draft> {
    Memo::new(Draft { title: title.into() })
}

fn titles() -> Vec<String> {
    db0::find::<Draft>(()).iter().map(|draft| draft.read().title.clone()).collect()
}

#[test]
fn an_object_with_passive_tags_alone_goes_with_its_last_handle() {
    let mut world = World::new();
    let (held, loose) = (draft("held"), draft("loose"));
    db0::tags(&held).add("a").passive().add("b");
    db0::tags(&loose).passive().add(["a", "b"]);
    assert_eq!((held.refcount(), loose.refcount()), (1, 0));
    drop((held, loose));
    db0::commit().expect("it commits");
    assert_eq!(titles(), ["held"]);
    assert_eq!(db0::all_tags().expect("a list").len(), 2);
    world.reopen();
    assert_eq!(titles(), ["held"]);
    assert_eq!(db0::find::<Draft>("b").count(), 1);
}

#[test]
fn a_tag_holds_or_not_as_it_was_put_on_last() {
    let _world = World::new();
    let draft = draft("one");
    db0::tags(&draft).add("a");
    db0::commit().expect("it commits");
    db0::tags(&draft).passive().add("a");
    assert_eq!((draft.refcount(), db0::find::<Draft>("a").count()), (0, 1));
    db0::tags(&draft).add("a");
    assert_eq!(draft.refcount(), 1);
    db0::tags(&draft).passive().set("b");
    assert_eq!((draft.refcount(), db0::find::<Draft>("a").count()), (0, 0));
    db0::commit().expect("it commits");
    drop(draft);
    db0::commit().expect("it commits");
    assert!(titles().is_empty() && db0::all_tags().expect("a list").is_empty());
}

#[test]
fn passive_tags_follow_an_atomic_and_the_past() {
    let _world = World::new();
    let draft = draft("one");
    db0::tags(&draft).add("a");
    db0::commit().expect("it commits");
    let before = db0::snapshot().expect("a state");
    let undone = db0::atomic(|| -> db0::Result<()> {
        db0::tags(&draft).passive().add(["a", "b"]);
        assert_eq!(draft.refcount(), 0);
        Err(db0::abort("no"))
    });
    assert!(undone.is_err());
    assert_eq!((draft.refcount(), db0::find::<Draft>("b").count()), (1, 0));
    db0::tags(&draft).passive().set("b");
    db0::commit().expect("it commits");
    assert_eq!((before.find::<Draft>("a").count(), before.find::<Draft>("b").count()), (1, 0));
    assert_eq!(before.of(&draft).refcount(), 1);
}

#[test]
fn a_circle_with_passive_tags_alone_is_collected() {
    let _world = World::new();
    for hold in [true, false] {
        let first = Memo::new(Link { next: None });
        first.write().next = Some(Memo::new(Link { next: Some(first.clone()) }));
        let tagger = db0::tags(&first);
        drop(if hold { tagger.add("held") } else { tagger.passive().add("loose") });
    }
    db0::commit().expect("it commits");
    db0::collect_cycles().expect("it collects");
    assert_eq!(db0::find::<Link>(()).count(), 2);
    assert_eq!(db0::find::<Link>("loose").count(), 0);
}
