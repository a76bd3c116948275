//! Threads that read while one writes see each call, and each atomic, whole.

use std::sync::atomic::{AtomicBool, Ordering};

use db0::{Array, Dict, Index, List, Memo, Set};

use crate::common::World;

const KEYS: u64 = 700;

#[db0::memo(keep)]
struct Thing {
    n: u64,
}

#[test]
fn two_of_them_beside_a_writer() {
    let world = World::new();
    let workspace = world.workspace.as_ref().expect("it is open");
    let (a, b): (Dict<u64, u64>, Dict<u64, u64>) =
        ((0..KEYS).map(|n| (n, 0)).collect(), Dict::from([(0, 0)]));
    let (list, set) = (List::from_iter([0_u64; 500]), Set::<u64>::new());
    let array = Array::from([0_u64; 2000]);
    let index: Index<u64, Memo<Thing>> = Index::from([(0, Memo::new(Thing { n: 0 }))]);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let _entered = workspace.enter();
                let mut before = 0;
                while !done.load(Ordering::Relaxed) {
                    // A call is of one moment.
                    let values = a.get_many(0..KEYS);
                    assert!(values.windows(2).all(|pair| pair[0] == pair[1]), "{values:?}");
                    let copy = array.to_vec();
                    assert!(copy.windows(2).all(|pair| pair[0] == pair[1]));
                    assert!(matches!(set.len(), 0 | 300), "clear and extend are one step each");
                    assert_eq!(index.len(), 1);
                    // And so is what a view holds still, over several.
                    db0::view(|| {
                        let now = b.get(0).expect("it is there");
                        assert!(now >= before, "time goes on");
                        before = now;
                        assert!(a.values().all(|value| value == now));
                        assert!(list.iter().all(|value| value == now) && list.len() == 500);
                        let (key, thing) = index.first().expect("there is one");
                        assert_eq!((key, thing.read().n), (now, now));
                    });
                }
            });
        }
        let thing = index.first().expect("there is one").1;
        for round in 1..=60_u64 {
            db0::atomic(|| -> db0::Result<()> {
                a.extend((0..KEYS).map(|n| (n, round)));
                b.insert(0, round);
                list.retain(|_| false);
                list.extend([round; 500]);
                index.remove(round - 1, &thing);
                index.add(round, &thing);
                thing.write().n = round;
                Ok(())
            })
            .expect("it succeeds");
            array.write_at(0, &[round; 2000]);
            set.extend(0..300);
            set.clear();
            if round % 7 == 0 {
                db0::commit().expect("it commits");
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}
