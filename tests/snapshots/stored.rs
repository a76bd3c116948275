//! A handle from a snapshot that is stored in the live world stands for the live object there.

use db0::{Dict, Error, Index, List, Memo, Set, WeakMemo, WeakSet};

use crate::common::World;

#[db0::memo]
struct Person {
    name: String,
}

#[db0::memo(singleton)]
struct Root {
    boss: Option<Memo<Person>>,
    weak: Option<WeakMemo<Person>>,
    all: Vec<Memo<Person>>,
    list: List<Memo<Person>>,
    dict: Dict<String, Memo<Person>>,
    set: Set<Memo<Person>>,
    index: Index<u32, Memo<Person>>,
    known: WeakSet<Person>,
}

fn root() -> Memo<Root> {
    db0::singleton(|| Root {
        boss: None,
        weak: None,
        all: Vec::new(),
        list: List::new(),
        dict: Dict::new(),
        set: Set::new(),
        index: Index::new(),
        known: WeakSet::new(),
    })
}

#[test]
fn everywhere_it_is_the_live_object() {
    let mut world = World::new();
    let ann = Memo::new(Person { name: "Ann".into() });
    db0::tags(&ann).add("kept");
    db0::commit().expect("it commits");
    let then = db0::snapshot().expect("a snapshot").of(&ann);
    ann.write().name = "Anna".into();
    db0::commit().expect("it commits");
    let root = root();
    {
        let mut root = root.write();
        root.boss = Some(then.clone());
        root.weak = Some(then.downgrade());
        root.all.push(then.clone());
    }
    let seen = root.read();
    seen.list.push(then.clone());
    seen.dict.insert("ann".into(), then.clone());
    seen.set.insert(then.clone());
    seen.index.add(1, &then);
    seen.known.insert(&then);
    root.attrs().set("boss", &then);
    db0::tags(&root).add(&then);
    drop(seen);
    for round in 0..3 {
        let root = db0::fetch_singleton::<Root>().expect("it is there");
        let seen = root.read();
        let weak = seen.weak.as_ref().and_then(WeakMemo::upgrade);
        let attribute = root.attrs().get::<Memo<Person>>("boss");
        let one = seen.index.memos().next();
        let handles = [
            seen.boss.clone(),
            weak,
            seen.all.first().cloned(),
            seen.list.first(),
            seen.dict.get("ann"),
            seen.set.first(),
            one,
            seen.known.iter().next(),
            attribute,
        ];
        for (place, handle) in handles.into_iter().enumerate() {
            let handle = handle.expect("it was stored");
            assert_eq!(handle.read().name, "Anna", "place {place}, round {round}");
            handle.write().name = "Anna".into();
        }
        assert_eq!(db0::find::<Root>(&db0::find::<Person>(()).first().expect("Ann")).count(), 1);
        drop((seen, root));
        db0::commit().expect("it commits");
        if round == 1 {
            world.reopen();
        }
    }
    let ann = db0::find::<Person>(()).first().expect("Ann");
    // Boss, the vector, list, dict, set, index, attribute and the tag on herself.
    assert_eq!(ann.refcount(), 8);
}

#[test]
fn one_that_is_deleted_is_refused() {
    let _world = World::new();
    let ann = Memo::new(Person { name: "Ann".into() });
    db0::tags(&ann).add("kept");
    db0::commit().expect("it commits");
    let then = db0::snapshot().expect("a snapshot").of(&ann);
    db0::tags(&ann).remove("kept");
    drop(ann);
    db0::commit().expect("it commits");
    assert_eq!(then.read().name, "Ann");
    let root = root();
    let refused = root.try_update(|root| root.boss = Some(then.clone()));
    assert!(matches!(refused, Err(Error::Deleted { .. })), "{refused:?}");
    let refused = root.read().list.try_push(then.clone());
    assert!(matches!(refused, Err(Error::Deleted { .. })), "{refused:?}");
    let refused = root.read().index.try_add(1, &then);
    assert!(matches!(refused, Err(Error::Deleted { .. })), "{refused:?}");
    db0::commit().expect("it commits");
    assert!(root.read().boss.is_none() && root.read().list.is_empty());
}

#[test]
fn a_collection_of_then_is_stored_as_the_live_one() {
    let _world = World::new();
    let root = root();
    let ann = Memo::new(Person { name: "Ann".into() });
    root.read().list.push(ann.clone());
    db0::commit().expect("it commits");
    let then = db0::snapshot().expect("a snapshot").singleton::<Root>().expect("it was there");
    root.read().list.push(ann.clone());
    let list = then.read().list.clone();
    root.write().list = list.clone();
    db0::commit().expect("it commits");
    assert_eq!((list.len(), root.read().list.len()), (1, 2));
    root.read().list.push(ann);
    assert_eq!(root.read().list.len(), 3);
}
