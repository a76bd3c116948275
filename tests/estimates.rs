//! How many entries a range has is known roughly from a few pages, and exactly where it is few.

mod common;

use common::World;
use db0::{Dict, Index, Memo};

const MANY: u64 = 40_000;

#[db0::memo(keep)]
struct Thing {
    n: u32,
}

/// Numbers in an order without order.
fn scattered(n: u64) -> u64 {
    n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20
}

/// An estimate is off by a third at most, or by what stands on some pages.
#[track_caller]
fn is_near(estimate: usize, exact: usize) {
    assert!(estimate.abs_diff(exact) <= exact / 3 + 100, "{estimate} for {exact}");
}

fn check(dict: &Dict<u64, String>) {
    let last = dict.last().map_or(0, |(key, _)| key);
    is_near(dict.estimate(..), dict.len());
    for part in 1..20 {
        let (start, end) = (last / 20 * (part - 1), last / 20 * part);
        is_near(dict.estimate(start..end), dict.range(start..end).count());
        is_near(dict.estimate(..end), dict.range(..end).count());
        is_near(dict.estimate(end..), dict.range(end..).count());
        let few = start..start + last / 20_000;
        is_near(dict.estimate(few.clone()), dict.range(few).count());
    }
    assert_eq!(dict.estimate(last + 1..), 0);
    assert_eq!(dict.estimate(last..=last), usize::from(!dict.is_empty()));
    let (start, end) = (5, 5);
    assert_eq!(dict.estimate(start..end), 0);
}

#[test]
fn they_are_near_whatever_came_and_went() -> db0::Result<()> {
    let world = World::new();
    let prefix = db0::current();
    // Others before and behind, which don't count.
    prefix.dict::<u64, u64>("before").extend((0..MANY).map(|n| (n, n)));
    let dict = prefix.dict::<u64, String>("dict");
    assert_eq!(dict.estimate(..), 0);
    prefix.dict::<u64, u64>("behind").extend((0..MANY).map(|n| (n, n)));
    let text = |n: u64| "x".repeat((n % 90) as usize);
    dict.extend((0..MANY).map(|n| (n, text(n))));
    db0::commit()?;
    check(&dict);
    let seen = dict.estimate(..);
    dict.retain(|key, _| key % 7 == 0 || (10_000..20_000).contains(key));
    db0::commit()?;
    check(&dict);
    assert!(seen > dict.estimate(..));
    dict.clear();
    for n in 0..MANY {
        dict.insert(scattered(n), text(n));
        if n % 7000 == 0 {
            db0::commit()?;
        }
    }
    db0::commit()?;
    check(&dict);
    drop(world);
    Ok(())
}

#[test]
fn what_waits_for_a_commit_counts() -> db0::Result<()> {
    let _world = World::new();
    let things: Vec<_> = (0..2000).map(|n| Memo::new(Thing { n })).collect();
    let index: Index<u32, Memo<Thing>> =
        things.iter().map(|thing| (thing.read().n / 10, thing.clone())).collect();
    assert_eq!(
        (index.estimate(..), index.estimate(..100), index.estimate(7..=7)),
        (2000, 1000, 10)
    );
    db0::commit()?;
    is_near(index.estimate(..100), 1000);
    assert_eq!((index.estimate(7..=7), index.try_estimate(500..)?), (10, 0));
    index.remove(7, &things[70]);
    index.add(7, &things[0]);
    index.add(7, &things[1]);
    assert_eq!(index.estimate(7..8), 11);
    let query = db0::find::<Thing>(()).sort_by(&index);
    let explained = query.explain().to_string();
    assert!(explained.contains("goes through about"), "{explained}");
    Ok(())
}
