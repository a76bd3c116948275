//! Every name of `Dict`.

use std::collections::BTreeMap;

use db0::Dict;

use crate::common::World;

fn pairs<const N: usize>(pairs: [(&str, u32); N]) -> Vec<(String, u32)> {
    pairs.into_iter().map(|(key, value)| (key.to_string(), value)).collect()
}

#[test]
fn dicts_are_used_as_maps_are() {
    let _world = World::new();
    let dict: Dict<String, u32> = Dict::new();
    assert!(dict.is_empty() && dict.first().is_none() && dict.last().is_none());
    assert_eq!((dict.insert("b".to_string(), 2), dict.insert("b".to_string(), 3)), (None, Some(2)));
    dict.extend([("a", 1), ("ab", 12), ("c", 4)]);
    assert_eq!((dict.len(), dict.get("ab"), dict.get("x")), (4, Some(12), None));
    let key = String::from("a");
    assert_eq!((dict.get(&key), dict.get(key)), (Some(1), Some(1)));
    assert!(dict.contains_key("c") && !dict.contains_key("d"));
    assert_eq!(dict.get_many(["c", "x", "a"]), [Some(4), None, Some(1)]);
    assert_eq!(dict.first(), Some(("a".into(), 1)));
    assert_eq!(dict.last(), Some(("c".into(), 4)));
    assert_eq!(dict.range("ab".."c").collect::<Vec<_>>(), pairs([("ab", 12), ("b", 3)]));
    assert_eq!(dict.range(..="ab").rev().collect::<Vec<_>>(), pairs([("ab", 12), ("a", 1)]));
    assert_eq!(dict.prefix("a").collect::<Vec<_>>(), pairs([("a", 1), ("ab", 12)]));
    assert!(dict.update("a", |value: &mut u32| *value += 1) && !dict.update("x", |_| ()));
    dict.update_or("x", 7, |value| *value += 1);
    assert_eq!((dict.get("a"), dict.get("x")), (Some(2), Some(8)));
    assert_eq!((dict.get_or_insert("x", 0), dict.get_or_insert("y", 5)), (8, 5));
    assert_eq!(dict.get_or_insert_with("y", || unreachable!()), 5);
    assert!(dict.keys().eq(["a", "ab", "b", "c", "x", "y"]));
    assert!(dict.values().rev().eq([5, 8, 4, 3, 12, 2]));
    assert_eq!((dict.remove("y"), dict.remove("y")), (Some(5), None));
    assert_eq!(dict.pop_first(), Some(("a".into(), 2)));
    assert_eq!(dict.pop_last(), Some(("x".into(), 8)));
    dict.retain(|key, value| key != "b" && *value > 4);
    let copy = dict.copy();
    assert!(dict.drain().eq(pairs([("ab", 12)])));
    dict.clear();
    assert_eq!((dict.len(), copy.to_vec()), (0, pairs([("ab", 12)])));
}

#[test]
fn dicts_come_from_iterators_and_arrays_and_give_what_they_hold() {
    let _world = World::new();
    let map = BTreeMap::from([(1_u8, true), (2, false)]);
    let dict: Dict<u8, bool> = map.clone().into_iter().collect();
    assert_eq!(Dict::from([(1_u8, true), (2, false)]).to_vec(), dict.to_vec());
    assert_eq!(dict.iter().collect::<BTreeMap<_, _>>(), map);
    let mut sum = 0;
    for (key, value) in &dict {
        sum += u32::from(key) * u32::from(value);
    }
    assert_eq!((sum, dict.clone().into_iter().count()), (1, 2));
    assert_eq!(format!("{dict:?}"), "Dict(len 2)");
    assert!(dict == dict.clone() && dict != dict.copy() && Dict::<u8, u8>::default().is_empty());
}

#[test]
fn every_name_has_a_twin_that_gives_errors() -> db0::Result<()> {
    let _world = World::new();
    let dict: Dict<u32, String> = Dict::new();
    assert_eq!(dict.try_insert(1, "one".into())?, None);
    dict.try_extend([(2, "two".into()), (3, "three".into())])?;
    assert_eq!((dict.try_len()?, dict.try_is_empty()?), (3, false));
    assert!(dict.try_contains_key(2)?);
    assert_eq!(dict.try_get(2)?.as_deref(), Some("two"));
    assert_eq!(dict.try_get_many([3, 4])?, [Some("three".to_string()), None]);
    assert_eq!(dict.try_first()?.zip(dict.try_last()?).map(|(a, b)| (a.0, b.0)), Some((1, 3)));
    assert_eq!(dict.try_iter()?.count() + dict.try_keys()?.count() + dict.try_values()?.count(), 9);
    assert_eq!((dict.try_range(2..)?.count(), dict.try_to_vec()?.len()), (2, 3));
    assert_eq!(Dict::<String, u8>::new().try_prefix("x")?.count(), 0);
    assert!(dict.try_update(1, |text| text.push('!'))?);
    dict.try_update_or(5, String::new(), |text| text.push('?'))?;
    assert_eq!(dict.try_get_or_insert(5, "five".into())?, "?");
    assert_eq!(dict.try_get_or_insert_with(6, || "six".into())?, "six");
    assert_eq!(dict.try_remove(6)?.as_deref(), Some("six"));
    assert_eq!(dict.try_pop_first()?.map(|(_, text)| text).as_deref(), Some("one!"));
    assert_eq!(dict.try_pop_last()?.map(|(key, _)| key), Some(5));
    dict.try_retain(|key, _| *key == 3)?;
    assert_eq!(dict.try_copy()?.try_drain()?, [(3, "three".to_string())]);
    dict.try_clear()
}

#[test]
fn zero_and_nothing_are_bounds_like_any_other() {
    let _world = World::new();
    let dict = Dict::from([(String::new(), 0), ("a".into(), 1)]);
    assert_eq!((dict.range("".."a").count(), dict.range(..="").count()), (1, 1));
    assert_eq!((dict.range(.."").count(), dict.prefix("").count()), (0, 2));
    let numbers = Dict::from([(-1, 'a'), (0, 'b'), (1, 'c')]);
    assert!(numbers.range(0..).map(|(_, c)| c).eq(['b', 'c']));
    assert!(numbers.range(..0).map(|(_, c)| c).eq(['a']));
    let (above, below) = ((numbers.range(5..), 0), (numbers.range(1..1), 0));
    assert_eq!((above.0.count(), below.0.count()), (above.1, below.1));
}
