//! Threads that commit at the same time share commits, and each finds in its own what it had published.

mod common;

use common::World;
use db0::Memo;

#[db0::memo(keep)]
struct Counter {
    count: u64,
}

const THREADS: u64 = 8;
const COMMITS: u64 = 40;

#[test]
fn eight_threads_that_commit_make_fewer_states_than_calls() {
    let world = World::new();
    let workspace = world.workspace.as_ref().expect("open");
    let counters: Vec<Memo<Counter>> =
        (0..THREADS).map(|_| workspace.create(Counter { count: 0 })).collect();
    workspace.commit().expect("it commits");
    std::thread::scope(|scope| {
        for counter in &counters {
            scope.spawn(move || {
                for count in 1..=COMMITS {
                    counter.write().count = count;
                    let state = workspace.commit().expect("it commits");
                    let then = workspace.snapshot_at(state).expect("it is there").of(counter);
                    assert_eq!(then.read().count, count, "its commit is without it");
                }
            });
        }
    });
    let states = workspace.state() - 1;
    assert!(states >= COMMITS, "{states} states");
    assert!(states < THREADS * COMMITS, "each call had a commit of its own");
}
