//! What makes no sense is refused, with nothing done.

use std::panic::{AssertUnwindSafe, catch_unwind};

use db0::{Error, Memo, Query};

use crate::common::World;

#[db0::memo(keep)]
struct Note {
    text: String,
    weight: u64,
}

#[db0::memo(keep, prefix = "elsewhere")]
struct Far {
    text: String,
}

fn note(text: &str) -> Memo<Note> {
    Memo::new(Note { text: text.into(), weight: u64::MAX })
}

#[test]
fn the_empty_text_is_no_tag() {
    let _world = World::new();
    let note = note("one");
    db0::tags(&note).add("a");
    for refused in [
        db0::tags(&note).try_add(""),
        db0::tags(&note).try_add(["b", ""]),
        db0::tags(&note).try_set(("b", "")),
        db0::tags(&note).try_remove(""),
    ] {
        assert!(matches!(refused, Err(Error::Invalid(why)) if why.contains("empty")));
    }
    assert!(db0::tags(&note).try_contains("").is_err());
    assert!(db0::find::<Note>("").try_count().is_err());
    assert!(db0::find::<Note>(db0::no(["a", ""])).try_first().is_err());
    let panics = catch_unwind(AssertUnwindSafe(|| db0::tags(&note).add("")));
    assert!(panics.is_err());
    assert_eq!(db0::tags(&note).list().len(), 1, "nothing was done");
    assert_eq!(db0::all_tags().expect("a list").len(), 1);
}

#[test]
fn a_tag_is_no_longer_than_a_value() {
    let _world = World::new();
    let note = note("one");
    let longest = "t".repeat(16 << 20);
    let refused = db0::tags(&note).try_add(longest.clone() + "t").map(drop);
    assert!(matches!(refused, Err(Error::Invalid(why)) if why.contains("too long")));
    db0::tags(&note).add(&*longest);
    db0::commit().expect("it is stored");
    assert_eq!(db0::find::<Note>(&*longest).count(), 1);
}

#[test]
fn a_limited_query_is_no_criterion() {
    let _world = World::new();
    let first = note("one");
    let all = db0::find::<Note>(());
    for limited in [all.clone().take(1), all.clone().skip(1), all.clone().after(first.uuid())] {
        assert!(limited.try_count().is_ok());
        let as_criterion = db0::find::<Note>((&limited, "a"));
        assert!(
            matches!(as_criterion.try_count(), Err(Error::Invalid(why)) if why.contains("limit"))
        );
        assert!(db0::find::<Note>(db0::no(&limited)).try_uuids().is_err());
        assert!(db0::find::<Note>(["a"]).split_by([&limited])[0].try_count().is_err());
    }
}

#[test]
fn a_closure_has_no_bytes_and_garbage_is_no_query() {
    let _world = World::new();
    let plain = db0::find::<Note>(("a", Note::TEXT.starts_with("x"))).take(3);
    let bytes = plain.to_bytes().expect("it has bytes");
    assert!(Query::<Note>::from_bytes(&bytes).is_ok());
    let closure = plain.clone().filter(|note| note.text.is_empty());
    assert!(matches!(closure.to_bytes(), Err(Error::Invalid(why)) if why.contains("closure")));
    for end in 0..bytes.len() {
        assert!(Query::<Note>::from_bytes(&bytes[..end]).is_err(), "cut at {end}");
    }
    for garbage in [&b""[..], b"\xff\xff\xff\xff\xff", b"not a query at all", &[0; 64]] {
        assert!(Query::<Note>::from_bytes(garbage).is_err());
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(Query::<Note>::from_bytes(&longer).is_err(), "something follows");
    // Of another class.
    let other = Query::<Far>::from_bytes(&bytes);
    assert!(other.map_or(true, |query| query.try_count().map_or(true, |count| count == 0)));
}

#[test]
fn snapshots_and_readers_are_not_tagged() {
    let _world = World::new();
    let note = note("one");
    db0::tags(&note).add("a");
    db0::commit().expect("it commits");
    let then = db0::snapshot().expect("a snapshot");
    let old = then.of(&note);
    assert!(matches!(db0::tags(&old).try_add("b"), Err(Error::ReadOnly { .. })));
    assert!(matches!(
        db0::tags(then.find::<Note>("a")).try_remove("a"),
        Err(Error::ReadOnly { .. })
    ));
    assert!(db0::tags(&old).contains("a"));
    // A query of the past can't be mixed up with objects of today: it gives its members then.
    db0::tags(&note).remove("a");
    assert_eq!(db0::find::<Note>(then.find::<Note>("a")).count(), 1);
}

#[test]
fn deleted_objects_take_no_tags_and_stay_tags() {
    let _world = World::new();
    let (kept, gone) = (note("kept"), note("gone"));
    db0::tags(&kept).add(&gone);
    db0::tags(&gone).add("b");
    db0::tags(&gone).remove("b");
    db0::delete(&gone).expect("nothing refers to it");
    assert!(matches!(db0::tags(&gone).try_add("c"), Err(Error::Deleted { .. })));
    assert!(matches!(db0::tags([&kept, &gone]).try_add("c"), Err(Error::Deleted { .. })));
    assert!(!db0::tags(&kept).contains("c"), "on all or on none");
    db0::commit().expect("it commits");
    assert_eq!(db0::find::<Note>(&gone).count(), 1);
    assert_eq!(db0::find::<Note>(gone.downgrade()).count(), 1);
    db0::tags(&kept).remove(&gone);
    assert_eq!(db0::find::<Note>(&gone).count(), 0);
}

#[test]
fn objects_of_several_prefixes_are_tagged_each_in_its_own() {
    let _world = World::new();
    let (near, far) = (note("near"), Memo::new(Far { text: "far".into() }));
    db0::tags(&far).add(&near);
    db0::tags(&near).add(&far);
    db0::tags([db0::AnyMemo::from(&near), db0::AnyMemo::from(&far)]).add("both");
    db0::commit().expect("it commits");
    assert_eq!(
        (db0::find::<Note>(("both", &far)).count(), db0::find::<Far>("both").count()),
        (1, 1)
    );
    assert_eq!(db0::find::<Far>(&near).first(), Some(far));
}

#[test]
fn sums_that_do_not_fit_are_errors() {
    let _world = World::new();
    let notes = [note("one"), note("two")];
    db0::tags(&notes).add("a");
    let groups = db0::find::<Note>(()).group_by(["a"]);
    assert!(groups.try_sums(Note::WEIGHT).is_err());
    assert_eq!(groups.max(Note::WEIGHT).into_values().next(), Some(u64::MAX));
}

#[test]
fn an_error_in_the_middle_does_not_end_the_workspace() {
    let _world = World::new();
    let note = note("one");
    let failed: db0::Result<()> = db0::atomic(|| {
        db0::tags(&note).add("a");
        db0::tags(&note).try_add("")?;
        Ok(())
    });
    assert!(failed.is_err());
    assert!(db0::tags(&note).list().is_empty());
    db0::tags(&note).add("a");
    assert_eq!(db0::find::<Note>("a").count(), 1);
}
