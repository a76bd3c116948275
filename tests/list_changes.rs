//! Where two states of a long list differ, whatever happened to its tree in between.

mod common;

use common::World;
use db0::{List, Memo, Snapshot};
use proptest::prelude::*;

#[db0::memo(singleton)]
struct Diary {
    days: List<String>,
}

/// Long elements, so that a list of some thousands has two levels of inner nodes.
fn day(n: usize) -> String {
    format!("{n:0100}")
}

#[derive(Clone, Debug)]
enum Step {
    Set(usize),
    Insert(usize),
    Remove(usize),
    Push(usize),
    Pop(usize),
    Swap(usize, usize),
    /// Some neighbours go, and others come.
    Replace(usize, usize, usize),
    Truncate(usize),
    Reverse,
    Commit,
}

fn step() -> impl Strategy<Value = Step> {
    let place = any::<usize>;
    prop_oneof![
        4 => place().prop_map(Step::Set),
        3 => place().prop_map(Step::Insert),
        3 => place().prop_map(Step::Remove),
        2 => (1..60_usize).prop_map(Step::Push),
        1 => (1..60_usize).prop_map(Step::Pop),
        1 => (place(), place()).prop_map(|(a, b)| Step::Swap(a, b)),
        1 => (place(), 0..900_usize, 0..900_usize).prop_map(|(at, gone, come)| Step::Replace(at, gone, come)),
        1 => place().prop_map(Step::Truncate),
        1 => Just(Step::Reverse),
        4 => Just(Step::Commit),
    ]
}

/// Does to both what a step says.
fn apply(step: &Step, days: &List<String>, model: &mut Vec<String>, next: &mut usize) {
    let mut fresh = || {
        *next += 1;
        day(*next)
    };
    let len = model.len();
    match *step {
        Step::Set(at) if len > 0 => {
            model[at % len] = fresh();
            days.set(at % len, model[at % len].clone());
        }
        Step::Insert(at) => {
            let value = fresh();
            days.insert(at % (len + 1), value.clone());
            model.insert(at % (len + 1), value);
        }
        Step::Remove(at) if len > 0 => assert_eq!(days.remove(at % len), model.remove(at % len)),
        Step::Push(count) => {
            let come: Vec<_> = (0..count).map(|_| fresh()).collect();
            days.extend(come.clone());
            model.extend(come);
        }
        Step::Pop(count) => (0..count).for_each(|_| assert_eq!(days.pop(), model.pop())),
        Step::Swap(a, b) if len > 0 => {
            days.swap(a % len, b % len);
            model.swap(a % len, b % len);
        }
        Step::Replace(at, gone, come) => {
            let at = at % (len + 1);
            for _ in at..(at + gone).min(len) {
                assert_eq!(days.remove(at), model.remove(at));
            }
            for _ in 0..come {
                let value = fresh();
                days.insert(at, value.clone());
                model.insert(at, value);
            }
        }
        Step::Truncate(place) => {
            let len = len - place % (len / 20 + 1);
            days.truncate(len);
            model.truncate(len);
        }
        Step::Reverse => {
            model.reverse();
            days.clear();
            days.extend(model.clone());
        }
        _ => {}
    }
}

/// The list as it was before, with what the changes say, is the list as it is after.
fn check(
    diary: &Memo<Diary>,
    (before, was): (&Snapshot, &[String]),
    (after, is): (&Snapshot, &[String]),
) {
    let mut lines = was.to_vec();
    let changes = diary.read().days.changes(before, after);
    assert_eq!(changes.is_empty(), was == is);
    for splice in changes.rev() {
        assert_ne!(splice.old, splice.new);
        assert_eq!(splice.new, is[splice.new_index..splice.new_index + splice.new.len()]);
        let gone = splice.old_index..splice.old_index + splice.old.len();
        let gone: Vec<_> = lines.splice(gone, splice.new).collect();
        assert_eq!(gone, splice.old);
    }
    assert_eq!(lines, is);
}

fn commit() -> Snapshot {
    db0::commit().expect("it commits");
    db0::snapshot().expect("a snapshot")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: common::cases(8), ..ProptestConfig::default() })]
    #[test]
    fn splices_lead_from_any_state_to_any_other(
        len in 0..6000_usize,
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let _world = World::new();
        let mut model: Vec<String> = (0..len).map(day).collect();
        let diary = db0::singleton(|| Diary { days: model.iter().cloned().collect() });
        let days = diary.read().days.clone();
        let mut states = vec![(commit(), model.clone())];
        let mut next = len;
        for step in &steps {
            if matches!(step, Step::Commit) {
                states.push((commit(), model.clone()));
            } else {
                apply(step, &days, &mut model, &mut next);
            }
        }
        states.push((commit(), model));
        let last = states.len() - 1;
        for (a, b) in (0..last).map(|a| (a, a + 1)).chain([(0, last), (last / 2, last)]) {
            let [(before, was), (after, is)] = [&states[a], &states[b]];
            check(&diary, (before, was), (after, is));
            check(&diary, (after, is), (before, was));
        }
    }
}

#[test]
fn single_elements_of_a_long_list_are_told_one_by_one() {
    let _world = World::new();
    let mut model: Vec<String> = (0..20_000).map(day).collect();
    let diary = db0::singleton(|| Diary { days: model.iter().cloned().collect() });
    let before = commit();
    let was = model.clone();
    let days = diary.read().days.clone();
    for at in [0, 7000, 7001, 19_999] {
        model[at] = "set".into();
        days.set(at, "set".into());
    }
    days.insert(12_345, "inserted".into());
    model.insert(12_345, "inserted".into());
    days.remove(15_000);
    model.remove(15_000);
    let after = commit();
    check(&diary, (&before, &was), (&after, &model));
    let told: Vec<_> = days
        .changes(&before, &after)
        .map(|splice| (splice.old_index, splice.old.len(), splice.new_index, splice.new.len()))
        .collect();
    let expected = [
        (0, 1, 0, 1),
        (7000, 2, 7000, 2),
        (12_345, 0, 12_345, 1),
        (14_999, 1, 15_000, 0),
        (19_999, 1, 19_999, 1),
    ];
    assert_eq!(told, expected);
}
