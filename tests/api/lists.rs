//! Every name of `List`.

use db0::{Error, List, Memo};

use crate::common::World;

#[test]
fn lists_are_used_as_vecs_are() {
    let _world = World::new();
    let list: List<i32> = List::new();
    assert!(list.is_empty() && List::<i32>::default().is_empty());
    list.push(3);
    list.extend([1, 2]);
    list.insert(1, 9);
    assert_eq!((list.len(), list.to_vec()), (4, vec![3, 9, 1, 2]));
    assert_eq!((list.first(), list.last()), (Some(3), Some(2)));
    assert_eq!((list.get(1), list.get(4)), (Some(9), None));
    list.set(1, 8);
    assert!(list.update(1, |n| *n += 1) && !list.update(7, |n| *n += 1));
    assert_eq!((list.remove(1), list.pop()), (9, Some(2)));
    list.swap(0, 1);
    assert_eq!(list.to_vec(), [1, 3]);
    assert!(list.contains(&3) && !list.contains(&4));
    assert_eq!((list.index_of(&3), list.index_of(&4)), (Some(1), None));
    list.extend(4..8);
    assert_eq!(list.range(2..4).collect::<Vec<_>>(), [4, 5]);
    assert_eq!(list.range(..=1).rev().collect::<Vec<_>>(), [3, 1]);
    assert!(list.iter().eq([1, 3, 4, 5, 6, 7]) && list.iter().rev().eq([7, 6, 5, 4, 3, 1]));
    list.retain(|n| n % 2 == 1);
    assert_eq!(list.to_vec(), [1, 3, 5, 7]);
    list.reverse();
    list.sort();
    list.sort_by(|a, b| b.cmp(a));
    list.sort_by_key(|n| (n - 4).abs());
    assert_eq!(list.to_vec(), [5, 3, 7, 1]);
    assert!(list.drain(1..3).eq([3, 7]));
    assert!(list.splice(..1, [6, 6, 2]).eq([5]));
    list.dedup();
    list.dedup_by_key(|n| *n < 5);
    assert_eq!(list.to_vec(), [6, 2]);
    assert_eq!((list.swap_remove(0), list.to_vec()), (6, vec![2]));
    list.extend([4, 6]);
    assert_eq!((list.binary_search(&4), list.binary_search(&3)), (Ok(1), Err(1)));
    assert_eq!((list.split_off(1).to_vec(), list.splice(.., [5, 1]).len()), (vec![4, 6], 1));
    let copy = list.copy();
    list.truncate(1);
    list.clear();
    assert_eq!((list.len(), list.pop(), copy.to_vec()), (0, None, vec![5, 1]));
}

#[test]
fn lists_come_from_iterators_arrays_and_vecs_and_give_what_they_hold() {
    let _world = World::new();
    let list: List<String> = ["a", "b"].map(String::from).into_iter().collect();
    assert_eq!(List::from(["a".to_string(), "b".into()]).to_vec(), list.to_vec());
    assert_eq!(List::from_iter(list.to_vec()).to_vec(), List::from(list.to_vec()).to_vec());
    let mut joined = String::new();
    for text in &list {
        joined += &text;
    }
    for text in list.clone() {
        joined += &text;
    }
    assert_eq!((joined.as_str(), format!("{list:?}").as_str()), ("abab", "List(len 2)"));
    assert!(list == list.clone() && list != list.copy());
}

#[test]
fn every_name_has_a_twin_that_gives_errors() -> db0::Result<()> {
    let _world = World::new();
    let list: List<u32> = List::new();
    list.try_push(1)?;
    list.try_extend([2, 3])?;
    list.try_insert(0, 0)?;
    list.try_set(0, 7)?;
    list.try_swap(0, 3)?;
    assert!(list.try_update(0, |n| *n += 1)?);
    assert_eq!((list.try_len()?, list.try_is_empty()?), (4, false));
    assert_eq!(
        (list.try_get(1)?, list.try_first()?, list.try_last()?),
        (Some(1), Some(4), Some(7))
    );
    assert_eq!((list.try_contains(&2)?, list.try_index_of(&2)?), (true, Some(2)));
    list.try_sort()?;
    list.try_sort_by(|a, b| b.cmp(a))?;
    list.try_sort_by_key(|n| *n)?;
    list.try_reverse()?;
    assert_eq!(list.try_to_vec()?, [7, 4, 2, 1]);
    assert_eq!(list.try_iter()?.collect::<db0::Result<Vec<_>>>()?, list.to_vec());
    assert_eq!(list.try_range(1..2)?.count(), 1);
    list.try_retain(|n| *n != 4)?;
    assert_eq!(list.try_drain(..1)?, [7]);
    assert_eq!((list.try_remove(0)?, list.try_pop()?), (2, Some(1)));
    assert_eq!(list.try_splice(.., [3, 3, 1])?, []);
    list.try_dedup()?;
    list.try_dedup_by_key(|n| *n)?;
    assert_eq!((list.try_swap_remove(0)?, list.try_binary_search(&1)?), (3, Ok(0)));
    assert_eq!(list.try_binary_search_by(|n| n.cmp(&2))?, Err(1));
    assert_eq!(list.try_binary_search_by_key(&0, |n| n - 1)?, Ok(0));
    assert_eq!((list.try_partition_point(|n| *n < 2)?, list.try_split_off(0)?.len()), (1, 1));
    assert_eq!(list.try_copy()?.len(), 0);
    list.try_truncate(0)?;
    list.try_clear()?;
    for refused in [
        list.try_set(0, 1),
        list.try_insert(1, 1),
        list.try_remove(0).map(drop),
        list.try_swap(0, 0),
        list.try_range(..1).map(drop),
        list.try_drain(1..).map(drop),
        list.try_splice(..1, []).map(drop),
        list.try_split_off(1).map(drop),
        list.try_swap_remove(0).map(drop),
    ] {
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
    Ok(())
}

#[test]
fn lists_are_fields_elements_and_on_their_own() {
    #[db0::memo(singleton)]
    #[derive(Debug, Default, PartialEq)]
    struct Root {
        rows: List<List<u8>>,
    }
    let mut world = World::new();
    let root = db0::singleton(Root::default);
    root.read().rows.push(List::from([1, 2]));
    let row = root.read().rows.get(0).expect("it was pushed");
    row.push(3);
    assert_eq!(root.read().rows.get(0).expect("it is there").len(), 3);
    world.reopen();
    let root: Memo<Root> = db0::fetch_singleton().expect("it is there");
    let rows: Vec<_> = root.read().rows.iter().map(|row| row.to_vec()).collect();
    assert_eq!(rows, [[1, 2, 3]]);
}
