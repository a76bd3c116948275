//! A collection that nothing holds yet goes to the prefix of the object that it is stored in.

mod common;

use common::World;
use db0::{Array, Dict, Error, List, Memo, Mode, Prefix, WeakMemo};

#[db0::memo(keep)]
struct Owner {
    list: List<u32>,
    dict: Dict<String, String>,
    array: Array<u16>,
}

#[db0::memo(keep)]
struct Holder {
    rows: List<List<u32>>,
    people: List<Memo<Person>>,
    weak: List<WeakMemo<Person>>,
}

#[db0::memo]
struct Person {
    name: String,
}

/// The first prefix is current; the other one is open beside it.
fn other(world: &World) -> Prefix {
    let workspace = world.workspace.as_ref().expect("it is open");
    let first = workspace.current().name().to_owned();
    let other = workspace.prefix("other", Mode::ReadWrite).expect("it opens");
    workspace.prefix(&first, Mode::ReadWrite).expect("it is open");
    other
}

fn owner(list: &List<u32>) -> Owner {
    Owner { list: list.clone(), dict: Dict::new(), array: Array::new() }
}

fn holder() -> Holder {
    Holder { rows: List::new(), people: List::new(), weak: List::new() }
}

#[test]
fn it_moves_with_all_it_has() {
    let mut world = World::new();
    let other = other(&world);
    let list: List<u32> = (0..3000).collect();
    let dict = Dict::from([("a".to_string(), "x".repeat(900)), ("k".repeat(700), "long".into())]);
    let array = Array::from(vec![7; 5000]);
    db0::commit().expect("it may be on disk already");
    assert_eq!(list.get(2000), Some(2000));
    let (mut early, clone) = (list.iter(), list.clone());
    assert_eq!(early.next(), Some(0));
    let owner =
        other.create(Owner { list: list.clone(), dict: dict.clone(), array: array.clone() });
    list.push(3000);
    clone.set(1, 9);
    dict.insert("b".to_string(), "y".into());
    array.set(4999, 1);
    assert!(list == owner.read().list && clone == list && owner.read().list.len() == 3001);
    assert_eq!((list.get(1), list.get(2000), clone.len()), (Some(9), Some(2000), 3001));
    assert_eq!(owner.read().dict.get("k".repeat(700)).as_deref(), Some("long"));
    let uuid = owner.uuid();
    drop((early, list, clone, dict, array, owner, other));
    for _ in 0..2 {
        world.reopen();
        let other = self::other(&world);
        let owner = other.fetch::<Owner>(uuid).expect("it is there");
        let owner = owner.read();
        assert_eq!(
            (owner.list.len(), owner.list.get(1), owner.list.last()),
            (3001, Some(9), Some(3000))
        );
        assert_eq!((owner.dict.len(), owner.array.to_vec()[4998..].to_vec()), (3, vec![7, 1]));
        db0::commit().expect("a commit");
    }
}

#[test]
fn an_atomic_that_fails_brings_it_back() {
    let world = World::new();
    let other = other(&world);
    let list = List::from([1, 2]);
    for _ in 0..2 {
        let undone: db0::Result<()> = db0::atomic(|| {
            list.push(3);
            let owner = other.create(owner(&list));
            list.push(4);
            assert_eq!(owner.read().list.to_vec(), [1, 2, 3, 4]);
            let seen = std::thread::scope(|scope| scope.spawn(|| list.to_vec()).join());
            assert_eq!(seen.expect("it reads"), [1, 2], "other threads see what was published");
            Err(db0::abort("undone"))
        });
        assert!(undone.is_err());
        assert_eq!(list.to_vec(), [1, 2]);
        db0::commit().expect("a commit");
    }
    let owner = db0::atomic(|| -> db0::Result<_> {
        let owner = other.create(owner(&list));
        list.push(3);
        Ok(owner)
    })
    .expect("it succeeds");
    list.push(4);
    world.workspace.as_ref().expect("it is open").commit().expect("a commit");
    assert_eq!((owner.read().list.to_vec(), list.to_vec()), (vec![1, 2, 3, 4], vec![1, 2, 3, 4]));
}

#[test]
fn one_that_is_held_stays_where_it_is() {
    let world = World::new();
    let other = other(&world);
    let list = List::from([1]);
    let here = Memo::new(owner(&list));
    let refused = other.try_create(owner(&list));
    let Err(Error::CollectionElsewhere { from, to, .. }) = &refused else { panic!("{refused:?}") };
    assert_eq!((from.as_str(), to.as_str()), ("other", "default"));
    assert!(refused.expect_err("it is held").to_string().contains("copy()"));
    assert!(matches!(
        other.try_create(owner(&here.read().list)),
        Err(Error::CollectionElsewhere { .. })
    ));
    let current = world.workspace.as_ref().expect("it is open").current();
    let named = current.list::<u32>("named");
    named.push(1);
    assert!(matches!(other.try_create(owner(&named)), Err(Error::CollectionElsewhere { .. })));
    let copied = {
        let _entered = other.enter();
        other.create(owner(&list.copy()))
    };
    list.push(2);
    assert_eq!((copied.read().list.to_vec(), here.read().list.to_vec()), (vec![1], vec![1, 2]));
}

#[test]
fn what_refers_to_its_prefix_stays_there() {
    let world = World::new();
    let other = other(&world);
    let ann = Memo::new(Person { name: "Ann".into() });
    let people = List::from([ann.clone()]);
    let refused = other.try_create(Holder { people: people.clone(), ..holder() });
    assert!(matches!(refused, Err(Error::CrossPrefix { target, .. }) if target == ann.uuid()));
    let nested = List::from([List::from([1])]);
    assert!(other.try_create(Holder { rows: nested.clone(), ..holder() }).is_err());
    assert_eq!(
        (people.to_vec(), nested.get(0).map(|list| list.to_vec())),
        (vec![ann.clone()], Some(vec![1]))
    );
    let weak = List::from([ann.downgrade()]);
    let stored = other.create(Holder { weak: weak.clone(), ..holder() });
    assert_eq!(stored.read().weak.get(0).and_then(|weak| weak.upgrade()), Some(ann));
    // Into a collection of another prefix, too.
    stored.read().rows.push(List::from([5]));
    assert_eq!(stored.read().rows.get(0).map(|list| list.to_vec()), Some(vec![5]));
}

#[test]
fn who_waits_while_it_moves_writes_to_where_it_is() {
    let world = World::new();
    let other = other(&world);
    for _ in 0..5 {
        let list = List::from([1]);
        let dict = Dict::from([("a".to_string(), "b".to_string())]);
        let in_atomic = std::sync::Barrier::new(2);
        let owner = std::thread::scope(|scope| {
            scope.spawn(|| {
                in_atomic.wait();
                list.push(2);
                dict.insert("c".into(), "d".into());
            });
            let moved = db0::atomic(|| -> db0::Result<_> {
                in_atomic.wait();
                let array = Array::new();
                let owner = other.create(Owner { list: list.clone(), dict: dict.clone(), array });
                // Until the other thread is at the turn.
                std::thread::sleep(std::time::Duration::from_millis(20));
                Ok(owner)
            });
            moved.expect("it is published")
        });
        let owner = owner.read();
        assert_eq!((owner.list.to_vec(), owner.dict.len()), (vec![1, 2], 2));
    }
}
