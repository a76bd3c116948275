//! Iterators go on while the collection is changed, committed, and changed by others.

use db0::{Array, Dict, Index, List, Memo, Set};

use crate::common::World;

const MANY: u32 = 3000;

#[db0::memo]
struct Thing {
    n: u32,
}

#[test]
fn each_key_once_while_what_was_met_goes() -> db0::Result<()> {
    let _world = World::new();
    let dict: Dict<u32, u32> = (0..MANY).map(|n| (n, n)).collect();
    let mut met = Vec::new();
    for (key, value) in &dict {
        assert_eq!(dict.remove(key), Some(value));
        met.push(key);
        if key % 700 == 0 {
            db0::commit()?;
        }
    }
    assert!(dict.is_empty() && met.into_iter().eq(0..MANY));
    Ok(())
}

#[test]
fn what_is_ahead_is_met_as_it_then_is() -> db0::Result<()> {
    let _world = World::new();
    let set: Set<u32> = (0..MANY).map(|n| n * 2).collect();
    db0::commit()?;
    let mut both_ways = set.iter();
    assert_eq!((both_ways.next(), both_ways.next_back()), (Some(0), Some(MANY * 2 - 2)));
    assert!(set.remove(MANY) && set.insert(MANY + 1));
    set.retain(|n| *n < 10 || *n >= MANY);
    set.insert(1_000_000); // behind the end that it came from
    let rest: Vec<u32> = both_ways.collect();
    assert!(rest.contains(&(MANY + 1)) && !rest.contains(&MANY) && !rest.contains(&1_000_000));
    assert!(rest.is_sorted() && rest.iter().all(|n| set.contains(n) || *n < 100 || *n > MANY + 1));
    Ok(())
}

#[test]
fn an_object_whose_key_moves_ahead_is_met_once() -> db0::Result<()> {
    let _world = World::new();
    let index: Index<u32, Memo<Thing>> =
        (0..MANY / 10).map(|n| (n, Memo::new(Thing { n }))).collect();
    let mut met = Vec::new();
    for (key, thing) in &index {
        index.remove(key, &thing);
        index.add(key + 100_000, &thing);
        met.push(thing.read().n);
    }
    assert!(met.into_iter().eq(0..MANY / 10));
    assert_eq!(index.first().map(|(key, _)| key), Some(100_000));
    // The other way round too, and with a commit on the way.
    let mut met = 0;
    for (key, thing) in index.rev() {
        index.remove(key, &thing);
        index.add(key - 100_000, &thing);
        met += 1;
        if met == 100 {
            db0::commit()?;
        }
    }
    assert_eq!((met, index.last().map(|(key, _)| key)), (MANY / 10, Some(MANY / 10 - 1)));
    Ok(())
}

#[test]
fn lists_and_arrays_go_on_by_position() {
    let _world = World::new();
    let list: List<u32> = (0..MANY).collect();
    let mut front = list.iter();
    assert!(front.by_ref().take(10).eq(0..10));
    list.drain(..1000); // what was at 1010 is at 10 now
    let rest: Vec<u32> = front.collect();
    // Some of what follows may have been copied before.
    assert!(rest.is_sorted() && rest.last() == Some(&(MANY - 1)));
    let mut back = list.iter().rev();
    assert_eq!(back.next(), Some(MANY - 1));
    list.truncate(5);
    assert!(back.filter(|n| *n < 1005).eq((1000..1005).rev()));
    let array: Array<u32> = (0..MANY).collect();
    let mut all = array.iter();
    assert_eq!(all.next(), Some(0));
    array.clear();
    assert!(all.count() < MANY as usize);
}

#[test]
fn what_is_skipped_or_not_asked_for_is_not_decoded() -> db0::Result<()> {
    let _world = World::new();
    let dict: Dict<u32, u32> = (0..MANY).map(|n| (n, n * 2)).collect();
    assert!(dict.range(10..20).keys().eq(10..20));
    assert!(dict.range(10..).rev().skip(5).take(2).eq([(2994, 5988), (2993, 5986)]));
    assert_eq!(dict.try_range(..=10)?.values().last().transpose()?, Some(20));
    for (passed, from_back) in [(0, 0), (7, 1), (MANY as usize - 2, 0), (2999, 1), (5000, 3)] {
        let (mut ours, mut theirs) = (dict.keys(), 0..MANY);
        assert_eq!(ours.nth(passed), theirs.nth(passed));
        assert_eq!(ours.nth_back(from_back), theirs.nth_back(from_back));
        assert_eq!((ours.count(), dict.values().skip(passed).count()), {
            (theirs.count(), (MANY as usize).saturating_sub(passed))
        });
    }
    // Objects that are passed over are not looked up.
    let index: Index<u32, Memo<Thing>> = (0..10).map(|n| (n, Memo::new(Thing { n }))).collect();
    db0::commit()?;
    db0::clear_cache();
    assert_eq!(index.memos().nth(7).map(|thing| thing.read().n), Some(7));
    assert_eq!(index.rev().nth(7).map(|(key, thing)| (key, thing.read().n)), Some((2, 2)));
    assert_eq!((index.keys().nth_back(3), index.iter().nth(10)), (Some(6), None));
    assert_eq!(db0::cache_stats().objects, 2);
    Ok(())
}

#[test]
fn iterators_go_to_other_threads_and_outlive_handles() {
    let world = World::new();
    let dict: Dict<u32, u32> = (0..MANY).map(|n| (n, n)).collect();
    let iter = dict.into_iter();
    let sum = std::thread::spawn(move || iter.map(|(_, n)| u64::from(n)).sum::<u64>());
    assert_eq!(sum.join().expect("it ends"), u64::from(MANY) * u64::from(MANY - 1) / 2);
    drop(world);
}
