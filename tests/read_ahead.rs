//! Objects that an iterator reads before it gives them are as they are when it does, whoever changes,
//! removes or deletes them meanwhile.

mod common;

use std::collections::BTreeMap;

use common::World;
use db0::{Error, Index, Memo};
use proptest::prelude::*;

const COUNT: u32 = 600;

#[db0::memo]
struct Item {
    n: u32,
}

#[db0::memo(singleton)]
struct Root {
    items: Index<u32, Memo<Item>>,
}

/// What happens between two items.
#[derive(Clone, Copy, Debug)]
enum Step {
    Change(u32, u32),
    Remove(u32),
    Commit,
    /// From the other end.
    Back,
    /// Changed by an `atomic` that is undone, while the iterator goes on in it.
    Undone(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..COUNT, 1000..2000_u32).prop_map(|(key, n)| Step::Change(key, n)),
        3 => (0..COUNT).prop_map(Step::Remove),
        1 => Just(Step::Commit),
        1 => Just(Step::Back),
        1 => (0..COUNT).prop_map(Step::Undone),
    ]
}

/// An index over new items, in another order than theirs, after opening.
fn filled(world: &mut World) -> Memo<Root> {
    let root = db0::singleton(|| Root { items: Index::new() });
    for n in 0..COUNT {
        root.read().items.add(n * 7 % COUNT, &Memo::new(Item { n }));
    }
    drop(root);
    world.reopen();
    db0::fetch_singleton::<Root>().expect("it is there")
}

/// The value of an item, and that it is not there any more.
fn look(memo: &Memo<Item>) -> Option<u32> {
    match memo.try_read() {
        Ok(item) => Some(item.n),
        Err(Error::Deleted { .. }) => None,
        Err(error) => panic!("{error}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_is_given_is_as_it_is_then(steps in prop::collection::vec(step(), 0..300)) {
        let mut world = World::new();
        let root = filled(&mut world);
        let index = root.read().items.clone();
        let mut values: BTreeMap<u32, u32> = (0..COUNT).map(|n| (n * 7 % COUNT, n)).collect();
        let mut removed = BTreeMap::new();
        let mut iter = index.iter();
        for step in steps {
            let given = if matches!(step, Step::Back) { iter.next_back() } else { iter.next() };
            if let Some((key, memo)) = &given {
                let was = removed.get(key).copied();
                let found = look(memo);
                // One that was removed may be given if it had been copied, and may be gone.
                prop_assert!(found == values.get(key).copied().or(was) || found.is_none() && was.is_some());
            }
            let memo = |key: u32| index.get(key).next().map(|(_, memo)| memo);
            match step {
                Step::Change(key, n) => {
                    if let Some(memo) = memo(key) {
                        memo.write().n = n;
                        values.insert(key, n);
                    }
                }
                Step::Remove(key) => {
                    if let Some(memo) = memo(key) {
                        index.remove(key, &memo);
                        removed.insert(key, values.remove(&key).expect("it was there"));
                    }
                }
                Step::Commit => {
                    db0::commit().expect("it commits");
                }
                Step::Back => {}
                Step::Undone(key) => {
                    let undone = db0::atomic(|| -> db0::Result<()> {
                        if let Some(memo) = memo(key) {
                            memo.write().n = 5000;
                        }
                        if let Some((key, memo)) = iter.by_ref().nth(2) {
                            assert!(look(&memo).is_none_or(|n| n == 5000 || n < 2000), "{key}");
                        }
                        Err(db0::abort("as planned"))
                    });
                    prop_assert!(undone.is_err());
                }
            }
        }
        for (key, memo) in iter {
            prop_assert!(look(&memo) == values.get(&key).copied() || removed.contains_key(&key));
        }
    }
}

#[test]
fn an_iterator_keeps_what_it_has_read_until_it_is_dropped() {
    let mut world = World::new();
    let root = filled(&mut world);
    let index = root.read().items.clone();
    let mut memos = index.memos();
    let first: Vec<_> = memos.by_ref().take(300).map(|memo| memo.read().n).collect();
    assert_eq!(first.len(), 300);
    index.clear();
    db0::commit().expect("it commits");
    let rest = memos.filter_map(|memo| look(&memo)).count();
    assert!(rest > 0, "the next ones had been read");
    db0::commit().expect("it commits");
    assert_eq!(db0::find::<Item>(()).count(), 0);
}

#[test]
fn who_does_not_look_reads_nothing() {
    let mut world = World::new();
    let root = filled(&mut world);
    let index = root.read().items.clone();
    let before = db0::cache_stats().loads;
    let uuids: Vec<_> = index.memos().map(|memo| memo.uuid()).collect();
    assert_eq!(uuids.len(), COUNT as usize);
    assert_eq!(db0::cache_stats().loads, before);
    let read = index.memos().filter(|memo| memo.read().n < 10).count();
    assert_eq!((read, db0::cache_stats().loads), (10, before + u64::from(COUNT)));
}

#[test]
fn the_past_is_read_as_it_was() {
    let mut world = World::new();
    let root = filled(&mut world);
    let then = db0::snapshot().expect("it is one");
    for memo in root.read().items.memos() {
        memo.write().n += 10_000;
    }
    db0::commit().expect("it commits");
    let past = then.of(&root).read().items.clone();
    assert!(past.iter().all(|(key, memo)| memo.read().n * 7 % COUNT == key));
    let all =
        db0::view(|| root.read().items.iter().filter(|(_, memo)| memo.read().n >= 10_000).count());
    assert_eq!(all, COUNT as usize);
}
