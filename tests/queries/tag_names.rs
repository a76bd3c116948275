//! What can be a tag, what is listed, and which errors come through as they are.

use db0::{Error, Memo, Mode};

use crate::common::World;

#[db0::memo(keep)]
struct Photo {
    file: String,
}

#[db0::memo(keep)]
struct Album {
    name: String,
}

fn photo(file: &str) -> Memo<Photo> {
    Memo::new(Photo { file: file.into() })
}

#[test]
fn deleted_objects_and_those_of_other_prefixes_are_tags() {
    let world = World::new();
    let other = world.workspace.as_ref().expect("it is open").prefix("other", Mode::ReadWrite);
    let other = other.expect("it opens");
    let far = other.create(Album { name: "far".into() });
    let near = world.workspace.as_ref().expect("it is open").prefix("default", Mode::ReadWrite);
    let near = near.expect("it opens");
    let gone = near.create(Album { name: "gone".into() });
    assert_eq!((&*gone.read().name, &*far.read().name), ("gone", "far"));
    let cat = near.create(Photo { file: "cat".into() });
    near.tags(&cat).add(&far).add(&gone);
    db0::delete(&gone).expect("nothing holds it");
    db0::commit().expect("it commits");
    assert_eq!(near.find::<Photo>((&far, &gone)).count(), 1);
    near.tags(photo("dog")).add(&gone).add(far.downgrade());
    assert_eq!(near.find::<Photo>(&gone).count(), 2);
    assert_eq!(near.find::<Photo>(far.downgrade()).count(), 2);
    assert_eq!(near.find::<Photo>(cat.uuid()).first(), Some(cat.clone()));
    let listed = near.tags(&cat).list();
    let objects: Vec<_> = listed.iter().filter_map(db0::TagName::as_object).collect();
    assert!(objects.contains(&far.uuid()) && objects.contains(&gone.uuid()));
    assert_eq!(near.find::<Photo>(listed[0].clone()).count(), 2);
    assert_eq!(cat.read().file, "cat");
}

#[test]
fn a_class_is_a_tag_and_gives_its_objects() {
    let _world = World::new();
    let (cat, dog) = (photo("cat"), photo("dog"));
    db0::tags(&cat).add(db0::class::<Album>());
    let photos = [db0::class::<Photo>()];
    assert_eq!(db0::find::<Photo>(db0::class::<Photo>()).count(), 2);
    assert_eq!(db0::find::<Photo>(db0::class::<Album>()).uuids(), [cat.uuid()]);
    assert_eq!(db0::find::<Photo>(db0::no(db0::class::<Album>())).uuids(), [dog.uuid()]);
    assert_eq!(db0::find::<Photo>(db0::no(photos)).count(), 0);
    let either = db0::any((db0::class::<Album>(), db0::class::<Photo>()));
    assert_eq!(db0::find::<Photo>(either).count(), 2);
}

#[test]
fn tags_are_listed_with_what_bears_them() {
    let mut world = World::new();
    let (cat, dog) = (photo("cat"), photo("dog"));
    db0::tags([&cat, &dog]).add(["pet", "petted"]);
    db0::tags(&cat).add("pert").add(&dog).add("x".repeat(600));
    db0::tags(&dog).add(format!("{}y", "x".repeat(599)));
    let list = || {
        let tags = db0::all_tags().expect("a list").into_iter();
        tags.filter_map(|(tag, count)| Some((tag.as_text()?.to_owned(), count)))
            .filter(|(tag, _)| tag.len() < 20)
            .collect::<Vec<_>>()
    };
    let expected = [("pert".into(), 1), ("pet".into(), 2), ("petted".into(), 2)];
    for _ in 0..2 {
        assert_eq!(list(), expected);
        assert_eq!(db0::all_tags().expect("a list").len(), 6);
        let starting = |start: &str| {
            let found = db0::find_tags_starting_with(start).expect("a list").into_iter();
            found.map(|(tag, _)| tag.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(starting("pet"), ["pet", "petted"]);
        assert_eq!(starting(&"x".repeat(500)).len(), 2);
        assert_eq!(starting(&"x".repeat(600)).len(), 1);
        assert!(starting("nothing").is_empty());
        db0::commit().expect("it commits");
    }
    db0::tags(&dog).remove("pet");
    db0::delete(&cat).expect("nothing holds it");
    assert_eq!(list(), [("petted".into(), 1)]);
    drop((cat, dog));
    world.reopen();
    assert_eq!(list(), [("petted".into(), 1)]);
}

#[test]
fn tags_go_on_all_objects_or_on_none() {
    let _world = World::new();
    let (cat, dog) = (photo("cat"), photo("dog"));
    db0::delete(&dog).expect("nothing holds it");
    assert!(matches!(db0::tags([&cat, &dog]).try_add("x"), Err(Error::Deleted { .. })));
    assert_eq!(db0::find::<Photo>("x").count(), 0);
    assert!(matches!(db0::tags(&cat).try_add(""), Err(Error::Invalid(_))));
}

#[test]
fn errors_stay_what_they_are() {
    // A thread that has entered no workspace, in a process without a default one.
    let query = db0::find::<Photo>("x");
    assert!(matches!(query.try_count(), Err(Error::NoWorkspace)));
    assert!(matches!(query.clone().take(1).try_first(), Err(Error::NoWorkspace)));
    assert!(matches!(db0::tags(&query).try_add("y"), Err(Error::NoWorkspace)));
    assert!(matches!(db0::all_tags(), Err(Error::NoWorkspace)));
    let mut world = World::new();
    let cat = photo("cat");
    world.close();
    assert!(matches!(db0::tags(&cat).try_add("y"), Err(Error::Closed { .. })));
    assert!(matches!(
        db0::find::<Photo>("").try_count(),
        Err(Error::Closed { .. } | Error::NoWorkspace)
    ));
    world.open();
    assert!(matches!(db0::find::<Photo>(("x", "")).try_count(), Err(Error::Invalid(_))));
}
