//! Iterators go on while their collection changes: what stays is given once and in order, from both ends.

mod common;

use std::collections::BTreeSet;

use common::Scratch;
use db0_collections::{Dict, Set};
use proptest::prelude::*;

/// More than an iterator copies at a time, several times over.
const KEYS: u32 = 3000;

/// What happens between two steps: which end gives the next few, and what is then put or taken out.
#[derive(Clone, Debug)]
struct Step {
    from_back: bool,
    taken: usize,
    put: Vec<u32>,
    removed: Vec<u32>,
}

fn step() -> impl Strategy<Value = Step> {
    let keys = || prop::collection::vec(0..KEYS, 0..30);
    (any::<bool>(), 0..400_usize, keys(), keys())
        .prop_map(|(from_back, taken, put, removed)| Step { from_back, taken, put, removed })
}

/// The keys given from the front and from the back, and those that were there all the time.
struct Seen {
    front: Vec<u32>,
    back: Vec<u32>,
    lasting: BTreeSet<u32>,
}

fn go_through(
    mut given: impl DoubleEndedIterator<Item = u32>,
    steps: &[Step],
    mut change: impl FnMut(&Step),
) -> Seen {
    let mut lasting: BTreeSet<u32> = (0..KEYS).step_by(2).collect();
    let (mut front, mut back) = (Vec::new(), Vec::new());
    for step in steps {
        let mut next = || if step.from_back { given.next_back() } else { given.next() };
        let taken = std::iter::from_fn(&mut next).take(step.taken);
        if step.from_back {
            back.extend(taken);
        } else {
            front.extend(taken);
        }
        change(step);
        step.removed.iter().for_each(|key| {
            lasting.remove(key);
        });
    }
    front.extend(given);
    Seen { front, back, lasting }
}

impl Seen {
    fn check(mut self) -> Result<(), TestCaseError> {
        self.back.reverse();
        self.front.append(&mut self.back);
        prop_assert!(self.front.is_sorted_by(|a, b| a < b), "each once, and in order");
        let given: BTreeSet<u32> = self.front.into_iter().collect();
        prop_assert!(self.lasting.is_subset(&given), "nothing is left out");
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_a_dict(steps in prop::collection::vec(step(), 0..12), commits: bool) {
        let scratch = Scratch::new();
        let dict: Dict<u32, u32> = (0..KEYS).step_by(2).map(|key| (key, key)).collect();
        let keys = dict.iter().map(|(key, value)| {
            assert_eq!(key, value);
            key
        });
        go_through(keys, &steps, |step| {
            dict.extend(step.put.iter().map(|key| (*key, *key)));
            step.removed.iter().for_each(|key| assert!(dict.remove(key).is_none_or(|value| value == *key)));
            if commits {
                scratch.workspace.commit().expect("it commits");
            }
        })
        .check()?;
    }

    #[test]
    fn of_a_set(steps in prop::collection::vec(step(), 0..12)) {
        let _scratch = Scratch::new();
        let set: Set<u32> = (0..KEYS).step_by(2).collect();
        go_through(set.iter(), &steps, |step| {
            step.put.iter().for_each(|key| assert_eq!(set.contains(key), !set.insert(*key)));
            step.removed.iter().for_each(|key| assert_eq!(set.contains(key), set.remove(key)));
        })
        .check()?;
    }
}
