//! Every name of `Set`.

use std::collections::BTreeSet;

use db0::Set;

use crate::common::World;

#[test]
fn sets_are_used_as_sets_are() {
    let _world = World::new();
    let set: Set<String> = Set::new();
    assert!(set.is_empty() && set.first().is_none() && set.last().is_none());
    assert!(
        set.insert("b".to_string())
            && !set.insert("b".to_string())
            && set.insert(String::from("a"))
    );
    set.extend(["ab", "c", "a"]);
    assert_eq!((set.len(), set.first(), set.last()), (4, Some("a".into()), Some("c".into())));
    assert!(set.contains("ab") && !set.contains("x"));
    assert!(set.iter().eq(["a", "ab", "b", "c"]) && set.iter().rev().eq(["c", "b", "ab", "a"]));
    assert!(set.range("ab".."c").eq(["ab", "b"]) && set.prefix("a").eq(["a", "ab"]));
    assert!(set.remove("b") && !set.remove("b"));
    assert_eq!((set.pop_first(), set.pop_last()), (Some("a".into()), Some("c".into())));
    set.extend(["x", "y"]);
    set.retain(|text| text != "x");
    let copy = set.copy();
    assert!(set.drain().eq(["ab", "y"]));
    set.clear();
    assert_eq!((set.len(), copy.to_vec()), (0, vec!["ab".into(), "y".to_string()]));
}

#[test]
fn algebra_has_the_names_and_operators_of_sets() {
    let _world = World::new();
    let (a, b) = (Set::from([1, 2, 3]), Set::from([2, 3, 4]));
    assert!(a.union(&b).eq([1, 2, 3, 4]) && (&a | &b).iter().eq([1, 2, 3, 4]));
    assert!(a.intersection(&b).eq([2, 3]) && (&a & &b).iter().eq([2, 3]));
    assert!(a.difference(&b).eq([1]) && (&a - &b).iter().eq([1]));
    assert!(a.symmetric_difference(&b).eq([1, 4]) && (&a ^ &b).iter().eq([1, 4]));
    let part = Set::from([2]);
    assert!(part.is_subset(&a) && a.is_superset(&part) && !a.is_subset(&b));
    assert!(!a.is_disjoint(&b) && part.is_disjoint(&Set::from([9])));
}

#[test]
fn sets_come_from_iterators_and_arrays_and_give_what_they_hold() {
    let _world = World::new();
    let set: Set<char> = "hello".chars().collect();
    assert_eq!(set.iter().collect::<BTreeSet<_>>(), "hello".chars().collect());
    assert_eq!(Set::from(['h', 'e', 'l', 'o']).to_vec(), set.to_vec());
    let mut text = String::new();
    for c in &set {
        text.push(c);
    }
    text.extend(set.clone());
    assert_eq!((text.as_str(), format!("{set:?}").as_str()), ("ehloehlo", "Set(len 4)"));
    assert!(set == set.clone() && set != set.copy() && Set::<u8>::default().is_empty());
}

#[test]
fn every_name_has_a_twin_that_gives_errors() -> db0::Result<()> {
    let _world = World::new();
    let set: Set<u32> = Set::new();
    assert!(set.try_insert(1)? && !set.try_insert(1)?);
    set.try_extend([2, 3, 4])?;
    assert_eq!((set.try_len()?, set.try_is_empty()?, set.try_contains(2)?), (4, false, true));
    assert_eq!((set.try_first()?, set.try_last()?), (Some(1), Some(4)));
    assert_eq!((set.try_iter()?.count(), set.try_range(2..)?.count()), (4, 3));
    assert_eq!(set.try_to_vec()?, [1, 2, 3, 4]);
    assert_eq!(Set::<String>::new().try_prefix("x")?.count(), 0);
    let other = Set::from([4, 5]);
    assert_eq!(set.try_union(&other)?.count(), 5);
    assert_eq!(set.try_intersection(&other)?.collect::<db0::Result<Vec<_>>>()?, [4]);
    assert_eq!(set.try_difference(&other)?.count(), 3);
    assert_eq!(set.try_symmetric_difference(&other)?.count(), 4);
    assert!(!set.try_is_subset(&other)? && !set.try_is_superset(&other)?);
    assert!(!set.try_is_disjoint(&other)?);
    assert!(set.try_remove(2)?);
    assert_eq!((set.try_pop_first()?, set.try_pop_last()?), (Some(1), Some(4)));
    set.try_retain(|_| true)?;
    assert_eq!(set.try_copy()?.try_drain()?, [3]);
    set.try_clear()
}
