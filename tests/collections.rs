//! Collections as fields of objects and as elements: found after a restart, seen in snapshots, and
//! holding what they refer to.

mod common;

use common::World;
use db0::{Desc, Dict, Error, Index, List, Memo, Set, Value, WeakMemo};

#[db0::memo(singleton)]
struct Root {
    people: List<Memo<Person>>,
    by_name: Dict<String, Memo<Person>>,
    groups: Dict<String, List<u32>>,
    seen: Set<Memo<Person>>,
    by_age: Index<Option<u32>, Memo<Person>>,
    weak: List<WeakMemo<Person>>,
}

impl Root {
    fn new() -> Self {
        Self {
            people: List::new(),
            by_name: Dict::new(),
            groups: Dict::new(),
            seen: Set::new(),
            by_age: Index::new(),
            weak: List::new(),
        }
    }
}

#[db0::memo]
#[derive(Debug, PartialEq)]
struct Person {
    name: String,
}

fn person(name: &str) -> Memo<Person> {
    Memo::new(Person { name: name.into() })
}

fn root() -> Memo<Root> {
    db0::singleton(Root::new)
}

fn names(people: impl IntoIterator<Item = Memo<Person>>) -> Vec<String> {
    people.into_iter().map(|person| person.read().name.clone()).collect()
}

#[test]
fn fields_are_found_again_after_a_restart() {
    let mut world = World::new();
    {
        let root = root();
        let root = root.read();
        let people: Vec<_> = ["Ann", "Bob", "Eve"].map(person).into();
        root.people.extend(people.clone());
        root.by_name.extend(people.iter().map(|p| (p.read().name.clone(), p.clone())));
        root.seen.extend(&people);
        root.groups.insert("odd".to_string(), List::from_iter([1, 3, 5]));
        for (age, person) in [(Some(30), &people[0]), (None, &people[1]), (Some(20), &people[2])] {
            assert!(root.by_age.add(age, person));
        }
        root.weak.push(people[0].downgrade());
        assert_eq!(people[0].refcount(), 4);
    }
    world.reopen();
    let root = root();
    let root = root.read();
    assert_eq!(names(&root.people), ["Ann", "Bob", "Eve"]);
    let eve = root.by_name.get("Eve").expect("she is there");
    assert!(root.seen.contains(&eve));
    assert_eq!(names(&root.seen), ["Ann", "Bob", "Eve"]);
    assert_eq!(root.groups.get("odd").expect("it is there").to_vec(), [1, 3, 5]);
    assert_eq!(names(root.by_age.memos()), ["Bob", "Eve", "Ann"]);
    assert_eq!(names(root.by_age.iter().nulls_last().memos()), ["Eve", "Ann", "Bob"]);
    assert_eq!(root.weak.get(0).and_then(|weak| weak.upgrade()), root.people.first());
    assert_eq!(eve.refcount(), 4);
}

#[test]
fn what_no_collection_holds_any_more_goes_with_the_commit() {
    let world = World::new();
    let root = root();
    let (ann, bob) = (person("Ann"), person("Bob"));
    let root = root.read();
    root.people.extend([ann.clone(), bob.clone()]);
    root.by_name.insert("b".to_string(), bob.clone());
    root.weak.extend([ann.downgrade(), bob.downgrade()]);
    drop((ann, bob));
    db0::commit().expect("a commit");
    assert_eq!(root.weak.iter().filter(|weak| !weak.is_expired()).count(), 2);
    root.people.clear();
    db0::commit().expect("a commit");
    let alive: Vec<_> = root.weak.iter().map(|weak| weak.upgrade().map(|p| p.refcount())).collect();
    assert_eq!(alive, [None, Some(1)]);
    let bob = root.by_name.remove("b").expect("he is there");
    db0::commit().expect("a commit");
    assert_eq!(bob.read().name, "Bob");
    assert_eq!(bob.refcount(), 0);
    drop(bob);
    db0::commit().expect("a commit");
    assert!(root.weak.iter().all(|weak| weak.is_expired()));
    drop(world);
}

#[test]
fn a_collection_goes_with_its_owner_and_takes_what_it_held_along() {
    #[db0::memo(name = "Box")]
    struct Holder {
        content: List<Memo<Person>>,
        nested: Dict<u32, Set<Memo<Person>>>,
    }
    let _world = World::new();
    let content = List::from_iter([person("Ann")]);
    let nested = Dict::from_iter([(1, Set::from_iter([person("Bob")]))]);
    let weak: Vec<_> =
        content.iter().chain(nested.get(1).unwrap()).map(|p| p.downgrade()).collect();
    let holder = Memo::new(Holder { content, nested });
    db0::tags(&holder).add("kept");
    db0::commit().expect("a commit");
    assert!(weak.iter().all(|weak| !weak.is_expired()));
    db0::tags(&holder).remove("kept");
    drop(holder);
    for _ in 0..3 {
        db0::commit().expect("a commit");
    }
    assert!(weak.iter().all(WeakMemo::is_expired));
}

#[test]
fn snapshots_show_collections_as_they_were() {
    let _world = World::new();
    let root = root();
    let list = root.read().people.clone();
    let ages = root.read().by_age.clone();
    let groups = root.read().groups.clone();
    let mut snapshots = Vec::new();
    for n in 0..20_u32 {
        let person = person(&n.to_string());
        list.insert(list.len() / 2, person.clone());
        ages.add(Some(100 - n), &person);
        groups.update_or((n % 3).to_string(), List::new(), |list| list.push(n));
        db0::commit().expect("a commit");
        snapshots.push(db0::snapshot().expect("a snapshot"));
    }
    list.clear();
    ages.clear();
    groups.clear();
    db0::commit().expect("a commit");
    for (n, snapshot) in (1..).zip(&snapshots) {
        let root = snapshot.singleton::<Root>().expect("it is there");
        let root = root.read();
        let mut model = Vec::new();
        (0..n).for_each(|n: u32| model.insert(model.len() / 2, n.to_string()));
        assert_eq!(names(&root.people), model);
        let oldest_last: Vec<_> = (0..n).rev().map(|n| n.to_string()).collect();
        assert_eq!(names(root.by_age.memos()), oldest_last);
        let zeros = root.groups.get("0").expect("it is there").to_vec();
        assert_eq!(zeros, (0..n).step_by(3).collect::<Vec<_>>());
        let refused = root.people.try_push(root.people.get(0).unwrap());
        assert!(matches!(refused, Err(Error::ReadOnly { .. })), "{refused:?}");
    }
}

#[test]
fn an_index_is_gone_through_while_keys_change() {
    let _world = World::new();
    let index: Index<u32, Memo<Person>> = Index::new();
    let people: Vec<_> = (0..2000).map(|n| person(&n.to_string())).collect();
    index.extend((0..).zip(people.clone()));
    let mut met = 0;
    for (key, person) in &index {
        assert!(index.remove(key, &person));
        assert!(index.add(key + 1500, &person));
        met += 1;
    }
    assert_eq!(met, 2000);
    assert_eq!(index.len(), 2000);
    assert_eq!(index.first(), Some((1500, people[0].clone())));
    for (key, person) in index.rev() {
        index.remove(key, &person);
        index.add(key - 1500, &person);
    }
    assert!(index.iter().eq((0..).zip(people)));
}

#[test]
fn an_index_has_an_object_once_under_a_key() {
    let _world = World::new();
    let (ann, bob) = (person("Ann"), person("Bob"));
    let index: Index<(String, Desc<u32>), Memo<Person>> = Index::new();
    assert!(
        index.add(("x".to_string(), Desc(1)), &ann) && !index.add(("x".to_string(), Desc(1)), &ann)
    );
    assert!(
        index.add(("x".to_string(), Desc(2)), &ann) && index.add(("x".to_string(), Desc(1)), &bob)
    );
    index.extend([
        (("x", Desc(1)), ann.clone()),
        (("y", Desc(9)), bob.clone()),
        (("y", Desc(9)), bob.clone()),
    ]);
    assert_eq!((index.len(), ann.refcount(), bob.refcount()), (4, 2, 2));
    let all: Vec<_> = index.iter().map(|(key, person)| (key.0, key.1.0, person)).collect();
    let expected = [("x", 2, &ann), ("x", 1, &ann), ("x", 1, &bob), ("y", 9, &bob)]
        .map(|(k, n, p)| (k.into(), n, p.clone()));
    assert_eq!(all, expected);
    assert_eq!(names(index.select(("x", Desc(1)), ("x", Desc(1))).memos()), ["Ann", "Bob"]);
    assert_eq!(names(index.prefix("y").memos()), ["Bob"]);
    assert!(index.contains(("x", Desc(1)), &bob) && !index.contains(("y", Desc(9)), &ann));
    assert!(
        index.remove(("x".to_string(), Desc(1)), &bob)
            && !index.remove(("x".to_string(), Desc(1)), &bob)
    );
    index.clear();
    assert_eq!((ann.refcount(), bob.refcount()), (0, 0));
}

#[test]
fn strong_references_to_another_prefix_are_refused_and_never_found() {
    let world = World::new();
    let workspace = world.workspace.as_ref().unwrap();
    let stranger = person("Zoe");
    let other = workspace.prefix("other", db0::Mode::ReadWrite).expect("it opens");
    let _entered = other.enter();
    let (list, set, index) = (List::new(), Set::new(), Index::<u32, _>::new());
    list.push(person("Ann"));
    set.insert(person("Bob"));
    let cross = |refused: db0::Result<()>| {
        assert!(matches!(refused, Err(Error::CrossPrefix { .. })), "{refused:?}");
    };
    cross(list.try_push(stranger.clone()));
    cross(list.try_extend([person("Eve"), stranger.clone()]));
    cross(set.try_insert(stranger.clone()).map(drop));
    cross(index.try_add(1_u32, &stranger).map(drop));
    assert!(!set.contains(&stranger) && !set.remove(&stranger));
    assert!(!index.contains(1, &stranger) && !index.remove(1, &stranger));
    assert_eq!((list.len(), set.len(), index.len()), (1, 1, 0));
}

#[test]
fn what_a_rolled_back_atomic_did_is_undone() {
    let _world = World::new();
    let root = root();
    let root = root.read();
    let ann = person("Ann");
    root.people.push(ann.clone());
    let undone: db0::Result<()> = db0::atomic(|| {
        root.people.extend([ann.clone(), person("Bob")]);
        root.by_age.add(Some(1), &ann);
        root.seen.insert(ann.clone());
        assert_eq!((root.people.len(), ann.refcount()), (3, 4));
        let inner: db0::Result<()> = db0::atomic(|| {
            root.people.clear();
            Err(db0::abort("no"))
        });
        assert!(inner.is_err());
        assert_eq!((root.people.len(), ann.refcount()), (3, 4));
        Err(db0::abort("no"))
    });
    assert!(undone.is_err());
    assert_eq!((root.people.len(), root.by_age.len(), root.seen.len()), (1, 0, 0));
    assert_eq!(ann.refcount(), 1);
}

#[test]
fn values_that_can_not_be_stored_change_nothing() {
    struct Bad(bool);
    impl serde::Serialize for Bad {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            if self.0 {
                Err(serde::ser::Error::custom("no"))
            } else {
                serializer.serialize_bool(false)
            }
        }
    }
    impl<'de> serde::Deserialize<'de> for Bad {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            bool::deserialize(deserializer).map(Bad)
        }
    }
    let _world = World::new();
    let list = List::from_iter([Bad(false)]);
    assert!(matches!(list.try_push(Bad(true)), Err(Error::Encode { .. })));
    assert!(list.try_extend([Bad(false), Bad(true)]).is_err());
    assert!(list.try_insert(0, Bad(true)).is_err() && list.try_set(0, Bad(true)).is_err());
    let dict: Dict<u32, Bad> = Dict::new();
    assert!(dict.try_insert(1, Bad(true)).is_err());
    assert!(dict.try_extend([(1, Bad(false)), (2, Bad(true))]).is_err());
    assert!(dict.try_update_or(1, Bad(false), |bad| bad.0 = true).is_err());
    assert_eq!((list.len(), dict.len()), (1, 0));
}

#[test]
fn a_dropped_owner_takes_all_that_is_nested_along() {
    #[db0::memo(name = "Tree")]
    struct Tree {
        nodes: Dict<u32, List<Set<Memo<Person>>>>,
        notes: List<Option<Dict<String, Vec<WeakMemo<Person>>>>>,
    }
    let _world = World::new();
    let mut weak = Vec::new();
    let tree = Memo::new(Tree { nodes: Dict::new(), notes: List::new() });
    db0::tags(&tree).add("kept");
    for n in 0..40 {
        let people: Vec<_> = (0..25).map(|m| person(&format!("{n}-{m}"))).collect();
        weak.extend(people.iter().map(Memo::downgrade));
        let sets = people.chunks(5).map(|some| some.iter().cloned().collect());
        tree.read().nodes.insert(n, sets.collect());
        let notes = Dict::from([("all".to_string(), weak.clone())]);
        tree.read().notes.push(Some(notes));
    }
    db0::commit().expect("a commit");
    let inner = tree.read().nodes.get(7).and_then(|sets| sets.get(0)).expect("it is there");
    assert!(weak.iter().all(|weak| !weak.is_expired()));
    db0::tags(&tree).remove("kept");
    drop(tree);
    db0::commit().expect("a commit");
    assert_eq!(weak.iter().filter(|weak| !weak.is_expired()).count(), 5, "a handle holds a set");
    assert_eq!(inner.len(), 5);
    drop(inner);
    db0::commit().expect("a commit");
    assert!(weak.iter().all(WeakMemo::is_expired));
}

#[test]
fn values_of_any_form_are_elements() {
    let _world = World::new();
    let values = List::from([Value::Nil, Value::from(7), Value::from("text")]);
    let by_key = Dict::from([(1, values.to_vec()), (2, Vec::new())]);
    db0::commit().expect("a commit");
    assert_eq!(values.index_of(&Value::from("text")), Some(2));
    assert_eq!(by_key.get(1), Some(values.to_vec()));
}
