//! Structs that change: what one version of a program wrote, another reads and writes back.

mod common;

use common::World;
use db0::{AnyMemo, Error, Memo};
use uuid::Uuid;

#[db0::memo]
struct Note {
    text: String,
}

mod old {
    use db0::Memo;

    #[db0::memo(name = "Person", keep)]
    #[derive(Debug, PartialEq)]
    pub(super) struct Person {
        pub(super) name: String,
        pub(super) town: String,
        pub(super) age: u8,
        pub(super) note: Option<Memo<super::Note>>,
    }

    #[db0::memo(name = "Paint", keep)]
    #[derive(Debug, PartialEq)]
    pub(super) struct Paint {
        pub(super) color: Color,
    }

    #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    pub(super) enum Color {
        Red,
        Blue,
    }

    #[db0::memo(name = "Shape", keep)]
    #[derive(Debug, PartialEq)]
    pub(super) enum Shape {
        Dot,
        Square(u8),
    }

    #[db0::memo(name = "Hall", singleton)]
    pub(super) struct Hall {
        pub(super) seats: u8,
    }
}

mod new {
    use db0::{Memo, WeakMemo};

    #[db0::memo(name = "Person", keep)]
    #[derive(Debug, PartialEq)]
    pub(super) struct Person {
        pub(super) email: Option<String>,
        pub(super) name: String,
        #[db0(renamed_from = "town")]
        pub(super) city: String,
        pub(super) age: i64,
        #[db0(default = 7)]
        pub(super) luck: u8,
        pub(super) friend: Option<Memo<super::Note>>,
        pub(super) other: Option<WeakMemo<super::Note>>,
    }

    #[db0::memo(name = "Paint", keep)]
    #[derive(Debug, PartialEq)]
    pub(super) struct Paint {
        pub(super) color: Color,
    }

    #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    pub(super) enum Color {
        Green,
        #[serde(alias = "Red")]
        Crimson,
    }

    #[db0::memo(name = "Shape", keep)]
    #[derive(Debug, PartialEq)]
    pub(super) enum Shape {
        Circle { radius: u8 },
        Square(u32),
        Dot,
    }

    #[db0::memo(name = "Theatre", renamed_from = "Hall", singleton)]
    pub(super) struct Theatre {
        pub(super) seats: u32,
    }
}

mod wrong {
    #[db0::memo(name = "Person", keep)]
    #[derive(Debug)]
    pub(super) struct Person {
        pub(super) name: Vec<u8>,
    }

    #[db0::memo(name = "Shape", keep)]
    #[derive(Debug)]
    pub(super) struct Shape {
        pub(super) corners: u8,
    }

    #[db0::memo(name = "Paint", keep)]
    #[derive(Debug)]
    pub(super) struct Paint {
        pub(super) shine: bool,
    }
}

fn stored(world: &mut World) -> (Uuid, Uuid) {
    let note = Memo::new(Note { text: "hello".into() });
    let person =
        old::Person { name: "Ann".into(), town: "Rome".into(), age: 200, note: Some(note.clone()) };
    let uuids = (Memo::new(person).uuid(), note.uuid());
    drop(note);
    world.reopen();
    uuids
}

#[test]
fn a_newer_program_reads_and_writes_what_an_older_one_wrote() {
    let mut world = World::new();
    let (ann, note) = stored(&mut world);
    let memo = db0::fetch::<new::Person>(ann).expect("it reads");
    {
        let read = memo.read();
        assert_eq!((read.name.as_str(), read.city.as_str(), read.age), ("Ann", "Rome", 200));
        assert_eq!((read.email.as_ref(), read.luck, read.friend.is_none()), (None, 7, true));
    }
    // The removed field stays until the object is written, and what it refers to with it.
    db0::commit().expect("it commits");
    assert!(db0::exists::<Note>(note));
    memo.write().age = 100_000;
    db0::commit().expect("it commits");
    assert!(!db0::exists::<Note>(note), "the field is gone, and what it held");
    drop(memo);
    world.reopen();
    assert_eq!(db0::fetch::<new::Person>(ann).expect("it reads").read().age, 100_000);
}

#[test]
fn an_older_program_keeps_what_it_does_not_know() {
    let mut world = World::new();
    // Who wrote first is the older one.
    Memo::new(lean::Person { name: "Bob".into(), age: 1, nick: String::new() });
    world.reopen();
    let note = Memo::new(Note { text: "hello".into() });
    let notes = note.uuid();
    let person = new::Person {
        email: Some("ann@example.org".into()),
        name: "Ann".into(),
        city: "Rome".into(),
        age: 30,
        luck: 3,
        friend: Some(note.clone()),
        other: Some(note.downgrade()),
    };
    let ann = Memo::new(person).uuid();
    drop(note);
    world.reopen();
    // `town` has no default: it is the newer program's `city`, which this one can't know.
    let error = db0::fetch::<old::Person>(ann).expect_err("town is missing").to_string();
    assert!(error.starts_with("Person.town: stored as nothing, declared as String: "), "{error}");
    assert!(error.contains("#[db0(default = …)]"), "{error}");
    world.reopen();
    let lean = db0::fetch::<lean::Person>(ann).expect("it reads");
    for age in 31..34 {
        lean.write().age = age;
        db0::commit().expect("it commits");
    }
    assert_eq!(AnyMemo::from(&lean).get("luck"), Some(3.into()));
    AnyMemo::from(&lean).set("age", 34);
    assert!(AnyMemo::from(&lean).try_set("luck", 4).is_err(), "this program has no such field");
    drop(lean);
    world.reopen();
    let memo = db0::fetch::<new::Person>(ann).expect("it reads");
    let read = memo.read();
    assert_eq!((read.age, read.luck, read.city.as_str()), (34, 3, "Rome"));
    assert_eq!(read.email.as_deref(), Some("ann@example.org"));
    let friend = read.friend.clone().expect("it was kept");
    assert_eq!((friend.uuid(), friend.refcount()), (notes, 1));
    drop((read, memo, friend));
    world.reopen();
    // Deleted by a program that does not see the reference: what it held goes too.
    let lean = db0::fetch::<lean::Person>(ann).expect("it reads");
    lean.read();
    db0::delete(&lean).expect("nothing holds it");
    db0::commit().expect("it commits");
    assert!(!db0::exists::<Note>(notes));
}

mod lean {
    #[db0::memo(name = "Person", keep)]
    #[derive(Debug, PartialEq)]
    pub(super) struct Person {
        pub(super) name: String,
        pub(super) age: u32,
        #[db0(default = "none")]
        pub(super) nick: String,
    }
}

#[test]
fn two_types_of_one_name_in_an_open_prefix_are_told_apart() {
    let mut world = World::new();
    let (ann, _) = stored(&mut world);
    db0::fetch::<old::Person>(ann).expect("it reads");
    let error = db0::fetch::<new::Person>(ann).expect_err("the name is taken");
    assert!(matches!(error, Error::ClassClash { .. }));
    let text = error.to_string();
    assert!(text.contains("evolution::old::Person") && text.contains("evolution::new::Person"));
}

#[test]
fn a_type_that_does_not_fit_is_named() {
    let mut world = World::new();
    let (ann, _) = stored(&mut world);
    let error = db0::fetch::<wrong::Person>(ann).expect_err("it is no Vec").to_string();
    assert!(error.starts_with("Person.name: stored as String, declared as Vec"), "{error}");
    assert!(error.contains("give the field a new name"), "{error}");
    assert!(db0::exists::<wrong::Person>(ann), "it only can't be read");
    // It can be looked at all the same.
    let any = db0::fetch_any(ann).expect("it is there");
    assert_eq!(any.get("town"), Some("Rome".into()));
}

#[test]
fn variants_are_added_and_renamed() {
    let mut world = World::new();
    let red = Memo::new(old::Paint { color: old::Color::Red }).uuid();
    let blue = Memo::new(old::Paint { color: old::Color::Blue }).uuid();
    let dot = Memo::new(old::Shape::Dot).uuid();
    let square = Memo::new(old::Shape::Square(9)).uuid();
    world.reopen();
    let paint = db0::fetch::<new::Paint>(red).expect("it reads");
    assert_eq!(paint.read().color, new::Color::Crimson);
    paint.write().color = new::Color::Green;
    let error = db0::fetch::<new::Paint>(blue).expect_err("there is no Blue").to_string();
    assert!(error.starts_with("Paint.color: ") && error.contains("Blue"), "{error}");
    assert_eq!(*db0::fetch::<new::Shape>(dot).expect("it reads").read(), new::Shape::Dot);
    let square = db0::fetch::<new::Shape>(square).expect("it reads");
    assert_eq!(*square.read(), new::Shape::Square(9));
    *square.write() = new::Shape::Circle { radius: 2 };
    let uuid = square.uuid();
    drop((square, paint));
    world.reopen();
    let error = db0::fetch::<old::Shape>(uuid).expect_err("there is no Circle").to_string();
    assert!(error.contains("Shape") && error.contains("Circle"), "{error}");
    world.reopen();
    let error = db0::fetch::<wrong::Shape>(dot).expect_err("it was an enum").to_string();
    assert!(error.contains("an enum can't become a struct"), "{error}");
    world.reopen();
    let error = db0::fetch::<wrong::Paint>(red).expect_err("shine is missing").to_string();
    assert!(error.starts_with("Paint.shine: stored as nothing, declared as bool"), "{error}");
}

#[test]
fn a_class_takes_another_name() {
    let mut world = World::new();
    let hall = db0::singleton(|| old::Hall { seats: 9 }).uuid();
    world.reopen();
    let theatre = db0::singleton(|| -> new::Theatre { unreachable!("it is the hall") });
    assert_eq!((theatre.uuid(), theatre.read().seats), (hall, 9));
    theatre.write().seats = 300;
    drop(theatre);
    world.reopen();
    let classes = db0::classes().expect("readable");
    let theatre = classes.iter().find(|class| class.name == "Theatre").expect("renamed");
    assert_eq!((theatre.former_names.join(","), theatre.objects), ("Hall".into(), 1));
    assert_eq!(db0::fetch_any(hall).expect("there").class(), "Theatre");
}

#[test]
fn a_changed_struct_is_looked_for_before_it_is_written() {
    let mut world = World::new();
    let (ann, _) = stored(&mut world);
    assert_eq!(db0::find::<new::Person>(()).count(), 1);
    let memo = db0::find::<new::Person>(()).first().expect("Ann");
    memo.write().luck = 1;
    drop(memo);
    world.reopen();
    assert_eq!(db0::fetch::<new::Person>(ann).expect("it reads").read().luck, 1);
    let snapshot = db0::snapshot_at(1).expect("kept");
    assert_eq!(snapshot.fetch::<new::Person>(ann).expect("it reads").read().luck, 7);
}

mod before {
    use serde::{Deserialize, Serialize};

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub(super) struct Book {
        pub(super) title: String,
        pub(super) year: u16,
    }
}

mod after {
    use serde::{Deserialize, Serialize};

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub(super) struct Book {
        #[serde(default)]
        pub(super) pages: u32,
        pub(super) year: u8,
        #[serde(alias = "title")]
        pub(super) name: String,
    }
}

#[test]
fn an_element_of_before_is_read_by_names_and_told_if_it_does_not_fit() {
    let world = World::new();
    let prefix = db0::current();
    let (list, dict) = (prefix.list("books"), prefix.dict("shelves"));
    for (title, year) in [("old", 99), ("new", 2000)] {
        list.push(before::Book { title: title.into(), year });
        dict.insert(title.to_owned(), before::Book { title: title.into(), year });
    }
    let list = prefix.list::<after::Book>("books");
    let dict = prefix.dict::<String, after::Book>("shelves");
    let old = after::Book { pages: 0, year: 99, name: "old".into() };
    assert_eq!(list.get(0), Some(old.clone()));
    assert_eq!(dict.get("old"), Some(old));
    let told = |error: Error, place: &str| {
        assert!(matches!(error, Error::Evolution { .. }), "nothing is damaged: {error}");
        let text = error.to_string();
        assert!(text.starts_with("collection ") && text.contains(place), "{text}");
        assert!(text.contains("after::Book: invalid value: integer, expected"), "{text}");
    };
    told(list.try_get(1).expect_err("it does not fit"), ".year: ");
    told(dict.try_get("new").expect_err("nor does it"), "].year");
    drop(world);
}
