//! Collections in collections, to any depth, and in values of every form.

use std::collections::{BTreeMap, HashMap};

use db0::{Array, Bytes, Dict, Index, List, Memo, Set, Value, WeakMemo, WeakSet};
use serde::{Deserialize, Serialize};

use crate::common::World;

#[db0::memo]
struct Leaf {
    n: u32,
}

#[derive(Clone, Serialize, Deserialize)]
enum Shape {
    Nothing,
    Listed(List<u32>),
    Keyed { by: Dict<String, List<u32>>, rest: Option<Set<u32>> },
}

#[db0::memo(singleton)]
struct Tree {
    deep: Dict<String, Dict<u32, List<Set<String>>>>,
    lists: List<List<Memo<Leaf>>>,
    shapes: Vec<Shape>,
    by_name: HashMap<String, Array<f32>>,
    pair: (Bytes, Option<Index<u32, Memo<Leaf>>>),
    weak: Dict<u8, WeakSet<Leaf>>,
    values: Dict<String, Value>,
    handles: List<(WeakMemo<Leaf>, Option<Memo<Leaf>>)>,
}

fn leaf(n: u32) -> Memo<Leaf> {
    Memo::new(Leaf { n })
}

fn planted() -> Memo<Tree> {
    let kept = leaf(9);
    let deep = Dict::new();
    deep.insert("a".to_string(), Dict::from([(1, List::from([Set::from(["x".to_string()])]))]));
    let values =
        Dict::from([("list".to_string(), Value::from(vec![1, 2])), ("nil".into(), Value::Nil)]);
    let by = Dict::from([("b".to_string(), List::from([7]))]);
    db0::singleton(|| Tree {
        deep,
        lists: List::from([List::from([leaf(1), leaf(2)]), List::new()]),
        shapes: vec![
            Shape::Nothing,
            Shape::Listed(List::from([5, 6])),
            Shape::Keyed { by, rest: Some(Set::from([3])) },
        ],
        by_name: HashMap::from([("s".to_string(), Array::from([0.5]))]),
        pair: (Bytes::from(b"bytes"), Some(Index::from([(4, leaf(4))]))),
        weak: Dict::from([(1, WeakSet::from_iter([kept.clone()]))]),
        values,
        handles: List::from([(kept.downgrade(), Some(kept.clone())), (kept.downgrade(), None)]),
    })
}

fn check(tree: &Tree) {
    let inner = tree.deep.get("a").expect("it is there").get(1).expect("it is there");
    assert!(inner.get(0).expect("it is there").contains("x"));
    let sums = tree.lists.iter().map(|list| list.iter().map(|leaf| leaf.read().n).sum::<u32>());
    assert_eq!(sums.collect::<Vec<_>>(), [3, 0]);
    match &tree.shapes[..] {
        [Shape::Nothing, Shape::Listed(list), Shape::Keyed { by, rest: Some(rest) }] => {
            assert_eq!((list.to_vec(), rest.to_vec()), (vec![5, 6], vec![3]));
            assert_eq!(by.get("b").expect("it is there").to_vec(), [7]);
        }
        _ => panic!("other shapes"),
    }
    assert_eq!(tree.by_name["s"].to_vec(), [0.5]);
    assert_eq!(tree.pair.0.to_vec(), b"bytes");
    assert_eq!(tree.pair.1.as_ref().and_then(Index::first).expect("one").1.read().n, 4);
    assert_eq!(tree.weak.get(1).expect("it is there").iter().count(), 1);
    assert_eq!(
        tree.values.get("list").expect("it is there").as_list().map(<[Value]>::len),
        Some(2)
    );
    let (weak, strong) = tree.handles.get(0).expect("it is there");
    assert_eq!(weak.upgrade(), strong);
    assert!(tree.handles.get(1).is_some_and(|(_, none)| none.is_none()));
}

#[test]
fn they_are_found_again_and_hold_what_is_in_them() -> db0::Result<()> {
    let mut world = World::new();
    check(&planted().read());
    db0::commit()?;
    world.reopen();
    db0::commit()?;
    let tree = db0::fetch_singleton::<Tree>()?;
    check(&tree.read());
    assert_eq!(db0::find::<Leaf>(()).count(), 4);
    check(&db0::snapshot()?.singleton::<Tree>()?.read());
    Ok(())
}

#[test]
fn a_handle_of_an_inner_one_goes_on_when_it_is_taken_out() -> db0::Result<()> {
    let _world = World::new();
    let tree = planted();
    let inner = tree.read().lists.remove(0);
    db0::commit()?;
    inner.push(leaf(3));
    assert_eq!(inner.iter().map(|leaf| leaf.read().n).sum::<u32>(), 6);
    // Put elsewhere it is the same one still.
    let shelf = Dict::from([("kept".to_string(), inner.clone())]);
    tree.read().lists.push(inner.clone());
    db0::commit()?;
    shelf.get("kept").expect("it is there").push(leaf(4));
    assert_eq!((inner.len(), tree.read().lists.last().expect("one").len()), (4, 4));
    drop((inner, shelf));
    tree.read().lists.clear();
    while db0::commit()? != db0::commit()? {}
    assert_eq!(db0::find::<Leaf>(()).count(), 2, "what only it held goes");
    Ok(())
}

#[test]
fn one_that_holds_itself_can_be_collected() -> db0::Result<()> {
    #[db0::memo]
    struct Node {
        next: List<Memo<Node>>,
    }
    let _world = World::new();
    let node = Memo::new(Node { next: List::new() });
    node.read().next.push(node.clone());
    drop(node);
    db0::commit()?;
    assert_eq!(db0::find::<Node>(()).count(), 1);
    db0::collect_cycles()?;
    while db0::commit()? != db0::commit()? {}
    assert_eq!(db0::find::<Node>(()).count(), 0);
    Ok(())
}

#[test]
fn a_draft_that_is_thrown_away_leaves_collections_as_they_are() -> db0::Result<()> {
    let _world = World::new();
    let tree = planted();
    let undone = db0::atomic(|| -> db0::Result<()> {
        let mut draft = tree.write();
        draft.by_name.insert("t".into(), Array::from([1.0]));
        draft.shapes.push(Shape::Listed(List::from([1])));
        draft.deep.get("a").expect("it is there").clear();
        draft.lists = List::new();
        drop(draft);
        assert!(tree.read().deep.get("a").expect("it is there").is_empty());
        Err(db0::abort("no"))
    });
    assert!(undone.is_err());
    check(&tree.read());
    db0::commit()?;
    check(&tree.read());
    let names: BTreeMap<_, _> =
        tree.read().by_name.iter().map(|(k, v)| (k.clone(), v.len())).collect();
    assert_eq!(names, BTreeMap::from([("s".into(), 1)]));
    Ok(())
}
