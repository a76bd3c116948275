//! Results that are read some at a time are given as they are when they are given, whoever changes or
//! deletes them meanwhile.

use std::collections::BTreeMap;

use db0::Memo;
use proptest::prelude::*;

use crate::common::{World, cases};

const COUNT: u32 = 300;

#[db0::memo(keep)]
struct Item {
    #[db0(index)]
    n: u32,
}

/// What happens before a result is asked for.
#[derive(Clone, Copy, Debug)]
enum Step {
    Change(u32, u32),
    Delete(u32),
    Commit,
    /// Nobody looks at the next one.
    Pass,
}

fn steps() -> impl Strategy<Value = Vec<Option<Step>>> {
    let step = prop_oneof![
        3 => (0..COUNT, 1000..2000_u32).prop_map(|(item, n)| Step::Change(item, n)),
        3 => (0..COUNT).prop_map(Step::Delete),
        1 => Just(Step::Commit),
        2 => Just(Step::Pass),
    ];
    prop::collection::vec(prop::option::weighted(0.3, step), COUNT as usize)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(16)))]

    #[test]
    fn results_are_as_they_are(steps in steps(), how in 0..3) {
        let mut world = World::new();
        for n in 0..COUNT {
            db0::tags(&Memo::new(Item { n })).add("all");
        }
        db0::commit().expect("it commits");
        let uuids = db0::find::<Item>(()).uuids();
        world.reopen();
        let query = match how {
            0 => db0::find::<Item>("all"),
            1 => db0::find::<Item>(Item::N.lt(COUNT)),
            _ => db0::find::<Item>("all").sort_desc_by(Item::N),
        };
        let order: Vec<u32> = if how < 2 { (0..COUNT).collect() } else { (0..COUNT).rev().collect() };
        let mut model: BTreeMap<u32, u32> = (0..COUNT).map(|n| (n, n)).collect();
        let (mut results, mut left) = (query.iter(), order.into_iter());
        // What fulfils the criteria is told when the first one is asked for.
        prop_assert_eq!(results.next().map(|memo| memo.read().n), left.next());
        for step in steps {
            let memo = |item: u32| db0::fetch::<Item>(uuids[item as usize]);
            match step {
                Some(Step::Change(item, n)) if model.contains_key(&item) => {
                    memo(item).expect("it is there").write().n = n;
                    model.insert(item, n);
                }
                Some(Step::Delete(item)) if model.remove(&item).is_some() => {
                    db0::delete(&memo(item).expect("it is there")).expect("nothing refers to it");
                }
                Some(Step::Commit) => drop(db0::commit().expect("it commits")),
                _ => {}
            }
            let expected = left.find(|item| model.contains_key(item));
            let found = results.next();
            prop_assert_eq!(
                found.as_ref().map(Memo::uuid),
                expected.map(|item| uuids[item as usize])
            );
            if !matches!(step, Some(Step::Pass)) {
                let read = found.map(|memo| memo.read().n);
                prop_assert_eq!(read, expected.map(|item| model[&item]));
            }
        }
    }
}
