//! An atomic that is undone while a commit goes on.

mod common;

use std::time::{Duration, Instant};

use db0::Memo;

#[db0::memo]
struct Item {
    n: u64,
    copy: u64,
}

fn until(seconds: f64) -> impl Fn() -> bool + Sync {
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    move || Instant::now() < end
}

#[test]
fn an_atomic_that_is_undone_takes_nothing_from_a_commit() {
    let world = common::World::new();
    let workspace = world.workspace.clone().expect("open");
    let items: Vec<_> = (0..200).map(|n| Memo::new(Item { n, copy: 0 })).collect();
    let goes_on = until(1.0);
    let mut round = 0;
    while goes_on() {
        round += 1;
        items.iter().for_each(|item| item.write().copy = round);
        std::thread::scope(|scope| {
            let committing = scope.spawn(|| workspace.commit());
            while !committing.is_finished() {
                for item in &items {
                    let undone = db0::atomic(|| -> db0::Result<()> {
                        item.write().copy = u64::MAX;
                        Err(db0::abort("on purpose"))
                    });
                    assert!(undone.is_err());
                }
            }
            committing.join().expect("it runs").expect("it commits");
        });
        let snapshot = db0::snapshot().expect("a state");
        for item in &items {
            assert_eq!(snapshot.of(item).read().copy, round);
        }
    }
}
