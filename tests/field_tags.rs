//! A field declared a tag keeps its object's tag: it changes with the field, and holds nothing alive.

mod common;

use common::World;
use db0::Memo;

#[derive(db0::Tag, Clone, Copy, serde::Serialize, serde::Deserialize)]
enum State {
    Open,
    Done,
}

#[db0::memo(keep)]
struct Album {
    name: String,
}

#[db0::memo(keep)]
struct Task {
    #[db0(tag)]
    state: State,
    #[db0(tag)]
    owner: Option<String>,
    #[db0(tag)]
    labels: Vec<String>,
    #[db0(tag)]
    album: Option<Memo<Album>>,
}

fn task(state: State) -> Task {
    Task { state, owner: None, labels: Vec::new(), album: None }
}

fn listed(task: &Memo<Task>) -> Vec<String> {
    let mut tags: Vec<_> = db0::tags(task).list().iter().map(ToString::to_string).collect();
    tags.sort();
    tags
}

#[test]
fn tags_of_every_kind_follow_their_fields() {
    let mut world = World::new();
    let rome = Memo::new(Album { name: "Rome".into() });
    let first = Memo::new(task(State::Open));
    assert_eq!(db0::find::<Task>(State::Open).first(), Some(first.clone()));
    first.update(|task| {
        task.state = State::Done;
        task.owner = Some("ann".into());
        task.labels = vec!["a".into(), "b".into(), "a".into()];
        task.album = Some(rome.clone());
    });
    assert!(db0::find::<Task>(State::Open).is_empty());
    let all = || db0::find::<Task>((State::Done, "ann", "a", "b", &rome)).count();
    assert_eq!(all(), 1);
    assert_eq!(listed(&first).len(), 5);
    let (first, album) = (first.uuid(), rome.uuid());
    drop(rome);
    world.reopen();
    let (first, rome) = (db0::fetch::<Task>(first), db0::fetch::<Album>(album));
    let (first, rome) = (first.expect("kept"), rome.expect("kept"));
    assert_eq!(rome.read().name, "Rome");
    assert_eq!(db0::find::<Task>((State::Done, "ann", "a", "b", &rome)).count(), 1);
    first.write().album = None;
    first.write().labels.clear();
    assert_eq!(db0::find::<Task>("a").count() + db0::find::<Task>(&rome).count(), 0);
    assert_eq!(listed(&first), ["State::Done", "ann"]);
}

#[test]
fn what_was_put_on_an_object_and_what_its_field_gives_are_two_things() {
    let _world = World::new();
    let first = Memo::new(Task { owner: Some("ann".into()), ..task(State::Open) });
    db0::tags(&first).add("ann");
    first.write().owner = None;
    assert_eq!(db0::find::<Task>("ann").count(), 1);
    first.write().owner = Some("ann".into());
    db0::tags(&first).remove("ann");
    assert_eq!(db0::find::<Task>("ann").count(), 1);
    db0::tags(&first).set(["x"]);
    assert_eq!(listed(&first), ["State::Open", "ann", "x"]);
    first.write().owner = None;
    assert!(db0::find::<Task>("ann").is_empty());
}

#[db0::memo]
struct Note {
    #[db0(tag)]
    topic: String,
}

#[test]
fn a_tag_by_field_holds_nothing() {
    let _world = World::new();
    let note = Memo::new(Note { topic: "db0".into() });
    assert_eq!((note.refcount(), note.read().topic.len()), (0, 3));
    db0::commit().expect("it commits");
    assert_eq!(db0::find::<Note>("db0").count(), 1);
    drop(note);
    db0::commit().expect("it commits");
    assert_eq!(db0::find::<Note>("db0").count(), 0);
}

#[test]
fn the_empty_text_is_refused_with_its_field() {
    let _world = World::new();
    let error = Memo::try_new(Note { topic: String::new() }).expect_err("no tag");
    assert_eq!(error.to_string(), "Note.topic: the empty text is not a tag");
    let note = Memo::new(Note { topic: "x".into() });
    note.try_update(|note| note.topic.clear()).expect_err("no tag");
    assert_eq!(note.read().topic, "x");
}

#[test]
fn an_undone_atomic_takes_its_tags_back() {
    let _world = World::new();
    let first = Memo::new(task(State::Open));
    let undone = db0::atomic(|| -> db0::Result<()> {
        first.write().state = State::Done;
        assert_eq!(db0::find::<Task>(State::Done).count(), 1);
        Err(db0::abort("no"))
    });
    undone.expect_err("aborted");
    assert_eq!(db0::find::<Task>(State::Done).count(), 0);
    assert_eq!(db0::find::<Task>(State::Open).count(), 1);
}
