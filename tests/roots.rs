//! Collections that are kept by a name: found again everywhere, undone with an atomic, dropped.

mod common;

use common::World;
use db0::{Config, Error, Index, Memo, Prefix, Workspace};

#[db0::memo]
#[derive(Debug)]
struct Person {
    name: String,
}

fn person(name: &str) -> Memo<Person> {
    Memo::new(Person { name: name.into() })
}

fn prefix(world: &World) -> Prefix {
    world.workspace.as_ref().expect("it is open").current()
}

fn names(prefix: &Prefix) -> Vec<String> {
    prefix.roots().expect("they are read").into_iter().map(|root| root.name).collect()
}

#[test]
fn they_live_by_their_names_alone() {
    let mut world = World::new();
    {
        let prefix = prefix(&world);
        prefix.dict::<String, Memo<Person>>("by name").insert("Ann".to_string(), person("Ann"));
        prefix.list::<u32>("log").extend(0..1000);
        prefix.set::<(u8, bool)>("set").insert((1, true));
        prefix.index::<u32, Memo<Person>>("by age").add(30, &person("Bob"));
        prefix.array::<f64>("samples").extend_from_slice(&[1.5; 900]);
        prefix.bytes("file").extend_from_slice(b"text");
        let eve = person("Eve");
        prefix.weak_set::<Person>("seen").insert(&eve);
        prefix.list::<Memo<Person>>("people").push(eve);
    }
    for _ in 0..2 {
        world.reopen();
        db0::commit().expect("a commit");
        let prefix = prefix(&world);
        let ann = prefix.dict::<String, Memo<Person>>("by name").get("Ann").expect("she is there");
        assert_eq!((ann.read().name.as_str(), ann.refcount()), ("Ann", 1));
        assert!(prefix.list::<u32>("log").iter().eq(0..1000));
        assert!(prefix.set::<(u8, bool)>("set").contains((1, true)));
        let by_age: Index<u32, Memo<Person>> = prefix.index("by age");
        assert_eq!(by_age.memos().next().expect("he is there").read().name, "Bob");
        assert_eq!(prefix.array::<f64>("samples").len(), 900);
        assert_eq!(prefix.bytes("file").to_vec(), b"text");
        assert_eq!(prefix.weak_set::<Person>("seen").iter().count(), 1);
    }
    let roots = prefix(&world).roots().expect("they are read");
    let holds: Vec<_> = roots.iter().map(|root| (&root.name[..], &root.holds[..])).collect();
    assert_eq!(
        holds,
        [
            ("by age", "Index<u32, Memo<Person>>"),
            ("by name", "Dict<String, Memo<Person>>"),
            ("file", "Array<u8>"),
            ("log", "List<u32>"),
            ("people", "List<Memo<Person>>"),
            ("samples", "Array<f64>"),
            ("seen", "WeakSet<Person>"),
            ("set", "Set<(u8, bool)>"),
        ]
    );
}

#[test]
fn another_type_is_refused_and_both_are_named() {
    let world = World::new();
    let prefix = prefix(&world);
    prefix.dict::<String, u32>("x").insert("a".to_string(), 1);
    for error in [
        prefix.try_dict::<String, u64>("x").map(drop),
        prefix.try_dict::<u32, u32>("x").map(drop),
        prefix.try_bytes("x").map(drop),
    ] {
        let Err(Error::WrongRoot { name, expected, found }) = error else { panic!("{error:?}") };
        assert_eq!((name.as_str(), found.as_str()), ("x", "Dict<String, u32>"));
        assert_ne!(expected, found);
    }
    assert_eq!(prefix.dict::<String, u32>("x").len(), 1);
    for bad in [String::new(), "x".repeat(401)] {
        assert!(matches!(prefix.try_list::<u8>(&bad), Err(Error::Invalid(_))));
    }
    assert!(prefix.try_list::<u8>(&"x".repeat(400)).is_ok());
}

#[test]
fn an_atomic_that_fails_undoes_names() {
    let world = World::new();
    let prefix = prefix(&world);
    prefix.list::<u32>("kept").push(1);
    let undone: db0::Result<()> = db0::atomic(|| {
        prefix.list::<u32>("new").push(1);
        prefix.list::<u32>("kept").push(2);
        assert!(prefix.drop_root("kept")?);
        prefix.set::<u32>("kept").insert(7);
        assert_eq!(names(&prefix), ["kept", "new"]);
        Err(db0::abort("undone"))
    });
    assert!(undone.is_err());
    assert_eq!(names(&prefix), ["kept"]);
    assert_eq!(prefix.list::<u32>("kept").to_vec(), [1]);
    db0::atomic(|| -> db0::Result<()> {
        prefix.list::<u32>("new").push(3);
        Ok(())
    })
    .expect("it succeeds");
    db0::commit().expect("a commit");
    assert_eq!(prefix.list::<u32>("new").to_vec(), [3]);
}

#[test]
fn a_dropped_name_lets_everything_go() {
    let world = World::new();
    let prefix = prefix(&world);
    let ann = person("Ann");
    let people = prefix.list::<Memo<Person>>("people");
    people.push(ann.clone());
    let ann = {
        let weak = ann.downgrade();
        drop(ann);
        weak
    };
    db0::commit().expect("a commit");
    let before = db0::snapshot().expect("a snapshot");
    assert!(prefix.drop_root("people").expect("it can be dropped"));
    assert!(!prefix.drop_root("people").expect("it is gone"));
    db0::commit().expect("a commit");
    assert_eq!(people.len(), 1, "the handle holds it");
    drop(people);
    db0::commit().expect("a commit");
    assert!(ann.is_expired());
    assert!(names(&prefix).is_empty());
    assert_eq!(before.roots().expect("they are read").len(), 1);
    let then = before.list::<Memo<Person>>("people").expect("it was there");
    assert_eq!(then.get(0).expect("she was there").read().name, "Ann");
    assert!(prefix.list::<Memo<Person>>("people").is_empty(), "it is a new one");
}

#[test]
fn readers_and_snapshots_find_them() {
    let world = World::new();
    let prefix = prefix(&world);
    let reader = Workspace::open(Config::new(world.folder.path()).read_only()).expect("a reader");
    let seen = reader.current();
    assert!(matches!(seen.try_list::<u32>("log"), Err(Error::NoRoot { .. })));
    let empty = db0::snapshot().expect("a snapshot");
    prefix.list::<u32>("log").push(1);
    db0::commit().expect("a commit");
    let list = seen.try_list::<u32>("log").expect("it is there");
    prefix.list::<u32>("log").push(2);
    db0::commit().expect("a commit");
    assert_eq!((list.to_vec(), names(&seen)), (vec![1, 2], vec!["log".to_string()]));
    assert!(matches!(seen.try_set::<u32>("log"), Err(Error::WrongRoot { .. })));
    assert!(matches!(seen.drop_root("log"), Err(Error::ReadOnly { .. })));
    assert!(matches!(empty.list::<u32>("log"), Err(Error::NoRoot { .. })));
    let first = db0::snapshot_at(1).expect("it is kept");
    assert_eq!(first.list::<u32>("log").expect("it is there").to_vec(), [1]);
}

#[test]
fn each_prefix_has_names_of_its_own() {
    let world = World::new();
    let first = prefix(&world);
    first.list::<u32>("log").push(1);
    let workspace = world.workspace.as_ref().expect("it is open");
    let other = workspace.prefix("other", db0::Mode::ReadWrite).expect("it opens");
    let list = other.dict::<u32, u32>("log");
    list.insert(1, 2);
    assert_eq!((first.list::<u32>("log").len(), names(&other).len()), (1, 1));
    workspace.commit().expect("a commit");
    assert_eq!(other.dict::<u32, u32>("log").get(1), Some(2));
}

#[test]
fn a_class_may_have_another_name_in_rust_and_on_disk() {
    mod old {
        #[db0::memo(name = "Customer")]
        pub(super) struct Customer {
            pub(super) name: String,
        }
    }
    #[db0::memo(name = "Client", renamed_from = "Customer")]
    struct Buyer {
        name: String,
    }
    let mut world = World::new();
    let made = |name: &str| Memo::new(old::Customer { name: name.into() });
    prefix(&world).list::<Memo<old::Customer>>("list").push(made("Ann"));
    let dict = prefix(&world).dict::<String, (Memo<old::Customer>, u8)>("dict");
    dict.insert("b".to_string(), (made("Bob"), 1));
    drop(dict);
    world.reopen();
    for _ in 0..2 {
        {
            let prefix = prefix(&world);
            let ann = prefix.list::<Memo<Buyer>>("list").get(0).expect("she is there");
            assert_eq!(ann.read().name, "Ann");
            let dict =
                prefix.try_dict::<String, (Memo<Buyer>, u8)>("dict").expect("it is the same");
            assert_eq!(
                dict.get("b").map(|(bob, n)| (bob.read().name.clone(), n)),
                Some(("Bob".into(), 1))
            );
            prefix.set::<Memo<Buyer>>("new").insert(ann);
            for error in [
                prefix.try_list::<Memo<Person>>("list").map(drop),
                prefix.try_list::<Memo<Buyer>>("dict").map(drop),
                prefix.try_list::<Buyer>("list").map(drop),
            ] {
                assert!(matches!(error, Err(Error::WrongRoot { .. })), "{error:?}");
            }
            let roots = prefix.roots().expect("they are read");
            let new = roots.into_iter().find(|root| root.name == "new").expect("it is there");
            assert_eq!(new.holds, "Set<Memo<Client>>");
        }
        world.reopen();
    }
}
