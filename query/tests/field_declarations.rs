//! What is declared of a field may change from one program to the next: an index appears, goes, or is of
//! another kind, and the objects that there are follow.

use std::{path::Path, sync::Arc};

use db0::{Config, Error, Memo, Workspace, plumbing::Class};
use db0_runtime::{
    codec::key::{FieldKind, Key},
    derived::FieldIndex,
    object::{Kind, Objects},
};

/// Runs one program: opens the folder, and closes it again.
fn program<R>(folder: &Path, run: impl FnOnce() -> R) -> R {
    let workspace = Workspace::open(Config::new(folder).autocommit(false)).expect("it opens");
    let entered = workspace.enter();
    let result = run();
    drop(entered);
    workspace.close().expect("it closes");
    result
}

fn here() -> Arc<Objects> {
    db0::current().objects().clone()
}

/// How many entries the index of a field has; none if it is not kept.
fn entries<T: Class, K: Key>(objects: &Arc<Objects>, field: &str) -> Option<u64> {
    let kind = FieldKind::One(K::kind());
    let index = FieldIndex::of(objects, &Kind::of::<T>(), field, &kind).expect("it can be read")?;
    let everything = (std::ops::Bound::Unbounded, std::ops::Bound::Unbounded);
    Some(index.count(objects, &everything, u64::MAX).expect("it can be read"))
}

mod plain {
    #[db0::memo(keep, name = "Person")]
    pub(super) struct Person {
        pub(super) name: String,
        pub(super) age: u32,
        pub(super) team: String,
    }
}

mod indexed {
    #[db0::memo(keep, name = "Person", index = (team, age))]
    pub(super) struct Person {
        #[db0(index)]
        pub(super) name: String,
        #[db0(index)]
        pub(super) age: u32,
        #[db0(tag)]
        pub(super) team: String,
    }
}

mod renamed {
    #[db0::memo(keep, name = "Person", index = (group, years))]
    pub(super) struct Person {
        #[db0(index)]
        pub(super) name: String,
        #[db0(index, renamed_from = "age")]
        pub(super) years: u64,
        #[db0(tag, renamed_from = "team")]
        pub(super) group: String,
    }
}

mod other_kind {
    #[derive(
        db0::Key, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
    )]
    #[serde(transparent)]
    pub(super) struct Name(pub(super) String);

    #[db0::memo(keep, name = "Person")]
    pub(super) struct Person {
        #[db0(index)]
        pub(super) name: Name,
        #[db0(unique)]
        pub(super) age: u32,
        pub(super) team: String,
    }
}

const PEOPLE: [(&str, u32, &str); 4] =
    [("Ann", 30, "red"), ("Bob", 40, "blue"), ("Cid", 50, "red"), ("Dee", 60, "red")];

fn make_plain() {
    for (name, age, team) in PEOPLE {
        Memo::new(plain::Person { name: name.into(), age, team: team.into() });
    }
}

#[test]
fn an_index_that_appears_is_built_for_what_there_is() {
    let folder = tempfile::tempdir().expect("a folder");
    program(folder.path(), make_plain);
    let state = program(folder.path(), || {
        use indexed::Person;
        // The first look builds it; inside an atomic that is undone, it stays.
        let undone = db0::atomic(|| -> db0::Result<()> {
            assert_eq!(db0::find::<Person>(Person::AGE.ge(50)).count(), 2);
            Memo::new(Person { name: "Eve".into(), age: 70, team: "red".into() });
            assert_eq!(entries::<Person, u32>(&here(), "age"), Some(5));
            Err(db0::abort("undone"))
        });
        undone.expect_err("aborted");
        assert_eq!(entries::<Person, String>(&here(), "name"), Some(4));
        assert_eq!(entries::<Person, (String, u32)>(&here(), "team,age"), Some(4));
        assert_eq!(db0::find::<Person>("red").count(), 3);
        db0::state()
    });
    program(folder.path(), || {
        use indexed::Person;
        // What was before the index is scanned, and what is after it is not built again.
        assert_eq!(entries::<Person, u32>(&here(), "age"), Some(4));
        let before = here().at_state(state).expect("it is kept");
        assert_eq!(entries::<Person, u32>(&before, "age"), None);
        let query = db0::Query::<Person>::on(Ok(before), &Person::AGE.ge(50));
        assert_eq!(query.count(), 2);
        let ann = db0::find::<Person>(Person::NAME.eq("Ann")).first().expect("she is there");
        ann.write().team = "blue".into();
        assert_eq!(db0::find::<Person>("red").count(), 2);
        assert_eq!(db0::find::<Person>("blue").count(), 2);
    });
}

#[test]
fn an_index_that_is_withdrawn_goes_with_its_tags_and_comes_back_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    program(folder.path(), make_plain);
    program(folder.path(), || {
        use indexed::Person;
        let people = db0::find::<Person>(Person::AGE.gt(0));
        db0::tags(people.first().expect("one")).add("red");
        assert_eq!(db0::find::<Person>("red").count(), 3);
    });
    program(folder.path(), || {
        use plain::Person;
        // Only looking takes nothing away.
        assert_eq!(entries::<Person, u32>(&here(), "age"), Some(4));
        assert_eq!(db0::find::<Person>(Person::AGE.le(40)).count(), 2);
        let bob = db0::find::<Person>(Person::AGE.eq(40)).first().expect("he is there");
        bob.write().age = 41;
        assert_eq!(entries::<Person, u32>(&here(), "age"), None);
        assert_eq!(db0::find::<Person>(Person::AGE.le(41)).count(), 2);
        // What was put on from outside stays.
        assert_eq!(db0::find::<Person>("red").count(), 1);
        assert_eq!(db0::find::<Person>("blue").count(), 0);
    });
    program(folder.path(), || {
        use indexed::Person;
        assert_eq!(db0::find::<Person>(Person::AGE.eq(41)).count(), 1);
        assert_eq!(db0::find::<Person>(Person::AGE.eq(40)).count(), 0);
        assert_eq!(entries::<Person, u32>(&here(), "age"), Some(4));
        assert_eq!(db0::find::<Person>("blue").count(), 1);
    });
}

#[test]
fn a_renamed_field_keeps_its_index() {
    let folder = tempfile::tempdir().expect("a folder");
    program(folder.path(), || {
        for (name, age, team) in PEOPLE {
            Memo::new(indexed::Person { name: name.into(), age, team: team.into() });
        }
    });
    program(folder.path(), || {
        use renamed::Person;
        let bob = db0::find::<Person>(Person::NAME.eq("Bob")).first().expect("he is there");
        bob.write().years += 1;
        assert_eq!(db0::find::<Person>(Person::YEARS.eq(41)).first(), Some(bob));
        assert_eq!(entries::<Person, u64>(&here(), "years"), Some(4));
        assert_eq!(entries::<Person, u32>(&here(), "age"), None);
        assert_eq!(entries::<Person, (String, u64)>(&here(), "group,years"), Some(4));
        assert_eq!(db0::find::<Person>("red").count(), 3);
    });
}

#[test]
fn an_index_of_another_kind_is_built_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    program(folder.path(), || {
        for (name, age, team) in PEOPLE {
            Memo::new(indexed::Person { name: name.into(), age, team: team.into() });
        }
    });
    program(folder.path(), || {
        use other_kind::{Name, Person};
        // Another program's index does not fit, and a new one is there at the first look.
        assert_eq!(entries::<Person, Name>(&here(), "name"), Some(4));
        assert_eq!(entries::<Person, String>(&here(), "name"), None);
        assert_eq!(db0::find::<Person>(Person::NAME.ge(Name("C".into()))).count(), 2);
        // An index that is to be unique now is looked through.
        let twin = Person { name: Name("Eve".into()), age: 30, team: String::new() };
        assert!(matches!(Memo::try_new(twin), Err(Error::Unique { .. })));
    });
    program(folder.path(), || {
        use indexed::Person;
        // What was unique is good as an index.
        assert_eq!(entries::<Person, u32>(&here(), "age"), Some(4));
        Memo::new(Person { name: "Eve".into(), age: 30, team: "red".into() });
        assert_eq!(db0::find::<Person>(Person::AGE.eq(30)).count(), 2);
    });
}

#[test]
fn twins_from_before_a_field_was_unique_stay_until_they_change() {
    let folder = tempfile::tempdir().expect("a folder");
    program(folder.path(), || {
        for name in ["Ann", "Bob"] {
            Memo::new(plain::Person { name: name.into(), age: 30, team: String::new() });
        }
    });
    program(folder.path(), || {
        use other_kind::{Name, Person};
        let twins = db0::find::<Person>(Person::AGE.eq(30));
        assert_eq!(twins.count(), 2);
        let [ann, bob] = [twins.iter().next(), twins.iter().nth(1)].map(|memo| memo.expect("two"));
        ann.write().name = Name("Anna".into());
        ann.write().age = 31;
        ann.try_update(|ann| ann.age = 30).expect_err("taken");
        bob.write().age = 32;
    });
}

#[test]
#[should_panic(expected = "taken by")]
fn a_twin_from_before_can_not_be_made_again() {
    let folder = tempfile::tempdir().expect("a folder");
    program(folder.path(), make_plain);
    program(folder.path(), || {
        use other_kind::{Name, Person};
        Memo::new(Person { name: Name("Eve".into()), age: 60, team: String::new() });
    });
}

#[test]
fn indexes_are_built_anew_on_demand() {
    let folder = tempfile::tempdir().expect("a folder");
    program(folder.path(), || {
        use indexed::Person;
        for (name, age, team) in PEOPLE {
            Memo::new(Person { name: name.into(), age, team: team.into() });
        }
        let prefix = db0::current();
        for _ in 0..2 {
            prefix.rebuild_indexes::<Person>().expect("it is open for writing");
            assert_eq!(entries::<Person, u32>(&here(), "age"), Some(4));
            assert_eq!(entries::<Person, (String, u32)>(&here(), "team,age"), Some(4));
            assert_eq!(db0::find::<Person>("red").count(), 3);
        }
        let inside = db0::atomic(|| prefix.rebuild_indexes::<Person>());
        assert!(matches!(inside, Err(Error::Misuse { .. })));
    });
}

mod evolving {
    #[db0::memo(keep, name = "Person")]
    pub(super) struct Person {
        pub(super) name: String,
        #[db0(index, default = 7)]
        pub(super) level: u8,
    }
}

#[test]
fn an_index_of_an_added_field_has_its_default() {
    let folder = tempfile::tempdir().expect("a folder");
    program(folder.path(), make_plain);
    program(folder.path(), || {
        use evolving::Person;
        assert_eq!(db0::find::<Person>(Person::LEVEL.eq(7)).count(), 4);
        assert_eq!(entries::<Person, u8>(&here(), "level"), Some(4));
    });
}

mod loose {
    #[db0::memo(name = "Loose")]
    pub(super) struct Loose {
        #[db0(unique)]
        pub(super) name: Option<String>,
        #[db0(index)]
        pub(super) size: std::time::SystemTime,
        #[db0(index)]
        pub(super) day: chrono::NaiveDate,
    }
}

/// The opening deletes what only handles held, before the program has met the class.
#[test]
fn objects_that_die_without_their_type_leave_no_entries() {
    use loose::Loose;
    let folder = tempfile::tempdir().expect("a folder");
    let make = |name: &str| {
        let (size, day) = (std::time::SystemTime::UNIX_EPOCH, chrono::NaiveDate::MIN);
        Memo::try_new(Loose { name: Some(name.into()), size, day })
    };
    let held = program(folder.path(), || {
        let held = make("x").expect("free");
        db0::commit().expect("it commits");
        held
    });
    drop(held);
    program(folder.path(), || {
        assert_eq!(entries::<Loose, Option<String>>(&here(), "name"), Some(0));
        assert_eq!(entries::<Loose, std::time::SystemTime>(&here(), "size"), Some(0));
        // Of a day's MessagePack only its type knows: the index was marked and built anew.
        assert_eq!(entries::<Loose, chrono::NaiveDate>(&here(), "day"), Some(0));
        make("x").expect("free again");
    });
}
