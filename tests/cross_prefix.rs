//! A strong reference stays within its prefix, however deep it stands; a weak one may leave it.

mod common;

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    fmt::Debug,
};

use common::World;
use db0::{AnyMemo, Dict, Error, Index, List, Memo, Mode, Prefix, Set, Value, WeakMemo};
use serde::{Deserialize, Serialize};

#[db0::memo(keep)]
#[derive(Debug)]
struct Person {
    name: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Nested {
    flat: Flat,
    boxed: Box<Option<Memo<Person>>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Flat {
    n: u8,
    #[serde(flatten)]
    inner: Inner,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Inner {
    person: Option<Memo<Person>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Plain {
    None,
    Newtype(Memo<Person>),
    Tuple(u8, Memo<Person>),
    Struct { person: Memo<Person> },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    Person { person: Memo<Person> },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "content")]
enum Adjacent {
    Person(Memo<Person>),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(u8),
    Person(Memo<Person>),
}

macro_rules! holders {
    ($($name:ident: $type:ty, $with:expr;)*) => {
        $(
            #[db0::memo]
            #[derive(Debug)]
            struct $name {
                n: u8,
                value: Option<$type>,
            }
        )*

        /// Every form of holder that there is refuses a stranger, and takes one of its own.
        fn refuse_all(here: &Prefix, stranger: &Memo<Person>, own: &Memo<Person>) {
            $(
                let with: fn(&Memo<Person>) -> $type = $with;
                let name = stringify!($name);
                refused(name, here.try_create($name { n: 0, value: Some(with(stranger)) }));
                let holder = here.create($name { n: 1, value: None });
                refused(name, holder.try_update(|holder| holder.value = Some(with(stranger))));
                assert!(holder.read().value.is_none() && holder.read().n == 1, "{name}");
                let mut guard = holder.write();
                guard.value = Some(with(stranger));
                refused(name, guard.publish());
                assert!(holder.read().value.is_none(), "{name}");
                refused(name, AnyMemo::from(&holder).try_set("value", with(stranger)));
                let undone = db0::atomic(|| -> db0::Result<_> {
                    holder.try_update(|holder| holder.n = 2)?;
                    holder.try_update(|holder| holder.value = Some(with(stranger)))
                });
                refused(name, undone);
                assert_eq!(holder.read().n, 1, "{name}");
                let before = own.refcount();
                holder.write().value = Some(with(own));
                assert_eq!(own.refcount(), before + 1, "{name}");
                assert_eq!(stranger.refcount(), 0, "{name}");
            )*
        }
    };
}

holders! {
    Direct: Memo<Person>, Memo::clone;
    Untyped: AnyMemo, |person| AnyMemo::from(person);
    InVec: Vec<Memo<Person>>, |person| vec![person.clone()];
    InMap: HashMap<String, Memo<Person>>, |person| HashMap::from([("a".into(), person.clone())]);
    InTree: BTreeMap<u8, Vec<Memo<Person>>>, |person| BTreeMap::from([(1, vec![person.clone()])]);
    InTuple: (u8, [Memo<Person>; 1]), |person| (1, [person.clone()]);
    InCow: Cow<'static, [Memo<Person>]>, |person| Cow::Owned(vec![person.clone()]);
    InOptions: Option<Option<Memo<Person>>>, |person| Some(Some(person.clone()));
    InBox: Nested, |person| Nested {
        flat: Flat { n: 1, inner: Inner { person: None } },
        boxed: Box::new(Some(person.clone())),
    };
    InFlattened: Nested, |person| Nested {
        flat: Flat { n: 1, inner: Inner { person: Some(person.clone()) } },
        boxed: Box::new(None),
    };
    InNewtype: Plain, |person| Plain::Newtype(person.clone());
    InTupleVariant: Plain, |person| Plain::Tuple(1, person.clone());
    InStructVariant: Plain, |person| Plain::Struct { person: person.clone() };
    InTagged: Tagged, |person| Tagged::Person { person: person.clone() };
    InAdjacent: Adjacent, |person| Adjacent::Person(person.clone());
    InUntagged: Untagged, |person| Untagged::Person(person.clone());
}

fn refused<T: Debug>(what: &str, result: db0::Result<T>) {
    let is_cross = matches!(result, Err(Error::CrossPrefix { .. }));
    assert!(is_cross, "{what}: {result:?}");
}

/// A prefix that is not the current one, and a person of each.
fn two(world: &World) -> (Prefix, Memo<Person>, Memo<Person>) {
    let workspace = world.workspace.as_ref().expect("it is open");
    let here = workspace.current();
    let other = workspace.prefix("other", Mode::ReadWrite).expect("it opens");
    let stranger = other.create(Person { name: "Zoe".into() });
    workspace.prefix(here.name(), Mode::ReadWrite).expect("it is open");
    let own = here.create(Person { name: "Ann".into() });
    (here, stranger, own)
}

#[test]
fn no_form_of_field_takes_one() {
    let world = World::new();
    let (here, stranger, own) = two(&world);
    refuse_all(&here, &stranger, &own);
    here.commit().expect("it commits");
    // A form that needs no handle.
    let holder = here.create(InUntagged { n: 0, value: Some(Untagged::Number(3)) });
    assert!(matches!(holder.read().value, Some(Untagged::Number(3))));
    let plain = here.create(InNewtype { n: 0, value: Some(Plain::None) });
    assert!(matches!(plain.read().value, Some(Plain::None)));
}

#[test]
fn no_collection_takes_one() {
    let world = World::new();
    let (_here, stranger, own) = two(&world);
    let list = List::from_iter([vec![own.clone()]]);
    refused("list", list.try_push(vec![own.clone(), stranger.clone()]));
    refused("list", list.try_set(0, vec![stranger.clone()]));
    let dict = Dict::<String, Option<Memo<Person>>>::new();
    dict.insert("own".into(), Some(own.clone()));
    refused("dict", dict.try_insert("a".into(), Some(stranger.clone())));
    refused("dict", dict.try_update("own", |value| *value = Some(stranger.clone())));
    let keyed = Dict::<(u8, Memo<Person>), u8>::new();
    keyed.insert((1, own.clone()), 1);
    refused("key", keyed.try_insert((1, stranger.clone()), 1));
    let set = Set::from_iter([own.clone()]);
    refused("set", set.try_insert(stranger.clone()));
    let index = Index::<u8, Memo<Person>>::new();
    index.add(1, &own);
    refused("index", index.try_add(1, &stranger));
    let nested = List::from_iter([List::from_iter([own.clone()])]);
    refused("nested", nested.get(0).expect("it is there").try_push(stranger.clone()));
    refused("attribute", own.attrs().try_set("friend", vec![stranger.clone()]));
    assert_eq!((list.len(), dict.len(), keyed.len(), set.len(), index.len()), (1, 1, 1, 1, 1));
    assert_eq!(dict.get("own"), Some(Some(own.clone())));
    assert_eq!(own.attrs().get::<Vec<Memo<Person>>>("friend"), None);
    assert_eq!(stranger.refcount(), 0);
}

#[db0::memo(keep)]
struct Shelf {
    list: Option<List<Memo<Person>>>,
    weak: Option<WeakMemo<Person>>,
}

#[test]
fn a_collection_with_strangers_stays_where_it_is() {
    let world = World::new();
    let (here, stranger, own) = two(&world);
    let other = world.workspace.as_ref().expect("it is open").prefix("other", Mode::ReadWrite);
    let other = other.expect("it opens");
    let strangers = {
        let _entered = other.enter();
        List::from_iter([stranger.clone()])
    };
    let shelf = here.create(Shelf { list: None, weak: None });
    let taken = shelf.try_update(|shelf| shelf.list = Some(strangers.clone()));
    assert!(matches!(taken, Err(Error::CrossPrefix { .. } | Error::CollectionElsewhere { .. })));
    assert!(shelf.read().list.is_none());
    // A weak one leads there, also after a restart.
    shelf.write().weak = Some(stranger.downgrade());
    assert_eq!(shelf.read().weak.as_ref().and_then(WeakMemo::upgrade), Some(stranger.clone()));
    assert_eq!(strangers.get(0), Some(stranger));
    assert_eq!(own.read().name, "Ann");
}

#[db0::memo(keep)]
#[derive(Debug)]
struct Loose {
    friend: Option<Memo<Person>>,
    value: Value,
}

#[test]
fn a_value_knows_where_it_was_read() {
    let world = World::new();
    let (here, stranger, own) = two(&world);
    let other = world.workspace.as_ref().expect("it is open").prefix("other", Mode::ReadWrite);
    let other = other.expect("it opens");
    let theirs = other.create(Loose { friend: Some(stranger.clone()), value: Value::Nil });
    let friend = AnyMemo::from(&theirs).get("friend").expect("it has one");
    AnyMemo::from(&theirs).set("value", vec![friend.clone()]);
    let read = theirs.read().value.clone();
    let ours = here.create(Loose { friend: Some(own.clone()), value: Value::Nil });
    let any = AnyMemo::from(&ours);
    for value in [friend.clone(), Value::List(vec![friend]), read] {
        refused("value", any.try_set("value", value.clone()));
        refused("typed", ours.try_update(|ours| ours.value = value.clone()));
        refused("new", here.try_create(Loose { friend: None, value: value.clone() }));
        let list = List::from_iter([Value::Nil]);
        drop(here.create(Keeper { list: list.clone() }));
        refused("element", list.try_push(value));
    }
    refused("friend", any.try_set("friend", AnyMemo::from(&theirs).get("friend")));
    assert_eq!((stranger.refcount(), own.refcount()), (2, 1));
    // One of its own prefix is taken.
    any.set("value", any.get("friend"));
    assert_eq!((any.follow_value(), own.refcount()), (Some(own.uuid()), 2));
}

#[db0::memo(keep)]
struct Keeper {
    list: List<Value>,
}

trait FollowValue {
    fn follow_value(&self) -> Option<uuid::Uuid>;
}

impl FollowValue for AnyMemo {
    fn follow_value(&self) -> Option<uuid::Uuid> {
        let value = self.get("value")?;
        let found = self.follow(value.as_reference()?).expect("it is read")?;
        Some(found.uuid())
    }
}
