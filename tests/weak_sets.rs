//! A weak set gives the objects that are still there: live, after a restart, in the past, to readers.

mod common;

use std::collections::BTreeSet;

use common::World;
use db0::{Config, Error, Memo, WeakSet, Workspace};
use proptest::prelude::*;

#[db0::memo(singleton)]
struct Lobby {
    waiting: WeakSet<Guest>,
}

#[db0::memo(keep)]
struct Guest {
    number: usize,
}

fn guest(number: usize) -> Memo<Guest> {
    Memo::new(Guest { number })
}

fn waiting() -> WeakSet<Guest> {
    db0::singleton(|| Lobby { waiting: WeakSet::new() }).read().waiting.clone()
}

fn numbers(set: &WeakSet<Guest>) -> Vec<usize> {
    set.iter().map(|guest| guest.read().number).collect()
}

const GUESTS: usize = 12;

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]
    #[test]
    fn every_history_is_that_of_a_set(ops in prop::collection::vec((0..9_u8, 0..GUESTS), 0..40)) {
        let world = World::new();
        let guests: Vec<_> = (0..GUESTS).map(guest).collect();
        let set = waiting();
        let (mut model, mut alive) = (BTreeSet::new(), (0..GUESTS).collect::<BTreeSet<_>>());
        let mut past = Vec::new();
        for (op, n) in ops {
            match op {
                0..=2 if alive.contains(&n) => prop_assert_eq!(set.insert(&guests[n]), model.insert(n)),
                3 if alive.contains(&n) => prop_assert_eq!(set.remove(&guests[n]), model.remove(&n)),
                4 => {
                    let new = (0..n).filter(|n| alive.contains(n));
                    set.extend(new.clone().map(|n| guests[n].clone()));
                    model.extend(new);
                }
                5 if alive.contains(&n) => {
                    db0::delete(&guests[n]).expect("nothing refers to it");
                    alive.remove(&n);
                }
                6 => {
                    set.retain(|guest| guest.read().number != n);
                    model.retain(|m| *m != n && alive.contains(m));
                }
                7 => {
                    let undone: db0::Result<()> = db0::atomic(|| {
                        set.clear();
                        Err(db0::abort("undone"))
                    });
                    prop_assert!(undone.is_err());
                }
                _ => {
                    db0::commit().expect("a commit");
                    past.push((db0::snapshot().expect("a snapshot"), numbers(&set)));
                }
            }
            let expected: Vec<_> = model.intersection(&alive).copied().collect();
            prop_assert_eq!(numbers(&set), expected);
            prop_assert_eq!(set.len(), model.len());
        }
        for (snapshot, expected) in past {
            let lobby = snapshot.singleton::<Lobby>().expect("it is there");
            prop_assert_eq!(numbers(&lobby.read().waiting), expected);
        }
        prop_assert_eq!(set.prune(), model.difference(&alive).count());
        prop_assert!(set.iter().rev().eq(set.iter().collect::<Vec<_>>().into_iter().rev()));
        drop(world);
    }
}

#[test]
fn it_is_found_after_a_restart_and_by_readers() {
    let mut world = World::new();
    let all: Vec<_> = (0..3).map(guest).collect();
    waiting().extend(all.clone());
    drop(all);
    world.reopen();
    let set = waiting();
    assert_eq!(numbers(&set), [0, 1, 2]);
    let reader = Workspace::open(Config::new(world.folder.path()).read_only()).expect("a reader");
    let seen = {
        let _entered = reader.enter();
        db0::fetch_singleton::<Lobby>().expect("it is there").read().waiting.clone()
    };
    let first = set.iter().next().expect("there are three");
    db0::delete(&first).expect("nothing refers to it");
    assert!(set.remove(&set.iter().next_back().expect("there are two")));
    db0::commit().expect("a commit");
    assert_eq!((numbers(&seen), seen.len()), (vec![1], 2));
    assert!(matches!(seen.try_prune(), Err(Error::ReadOnly { .. })));
    assert_eq!(set.copy().len(), 1);
}

#[test]
fn objects_of_other_prefixes_may_be_in_it() {
    let world = World::new();
    let set = waiting();
    let stranger = {
        let workspace = world.workspace.as_ref().expect("it is open");
        let other = workspace.prefix("other", db0::Mode::ReadWrite).expect("it opens");
        other.create(Guest { number: 7 })
    };
    assert!(set.insert(&stranger) && set.contains(&stranger));
    assert_eq!(set.iter().collect::<Vec<_>>(), [stranger]);
}
