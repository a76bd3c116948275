//! Names of tags that nothing bears go while the prefix is written to, and come back as if they never had
//! gone: beside snapshots, atomics, other threads and failures.

use std::{collections::BTreeSet, thread};

use db0::{Config, Entered, History, Memo, Workspace};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::common::cases;

#[db0::memo(keep)]
struct Card {
    number: u32,
}

struct Desk {
    _folder: TempDir,
    workspace: Workspace,
    _entered: Entered,
}

fn desk(history: History) -> Desk {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config::new(folder.path()).autocommit(false).history(history);
    let workspace = Workspace::open(config).expect("it opens");
    let entered = workspace.enter();
    Desk { _folder: folder, workspace, _entered: entered }
}

fn commit() -> u64 {
    db0::commit().expect("it commits")
}

fn names() -> Vec<String> {
    let all = db0::all_tags().expect("a list");
    all.iter().map(|(tag, count)| format!("{tag} {count}")).collect()
}

/// Commits often enough that every name which may go has gone.
fn settle(card: &Memo<Card>) {
    for _ in 0..4 {
        card.update(|card| card.number += 1);
        commit();
    }
}

#[test]
fn a_name_that_has_gone_comes_back() {
    let _desk = desk(History::Off);
    let card = Memo::new(Card { number: 0 });
    for round in 0..5 {
        db0::tags(&card).add(["a", "b"]);
        commit();
        let query = db0::find::<Card>("a");
        assert_eq!(query.count(), 1, "round {round}");
        db0::tags(&card).remove("a");
        settle(&card);
        assert_eq!((query.count(), names()), (0, vec!["b 1".to_owned()]), "round {round}");
    }
    assert_eq!(db0::tags(&card).list().len(), 1);
}

#[test]
fn a_tag_that_is_being_put_on_again_stays() {
    let desk = desk(History::Off);
    let card = Memo::new(Card { number: 0 });
    db0::tags(&card).add("a");
    commit();
    db0::tags(&card).remove("a");
    commit();
    // It waits for a commit, or for the end of an atomic, in which others commit.
    db0::tags(&card).add("a");
    settle(&card);
    assert_eq!(names(), ["a 1"]);
    db0::tags(&card).remove("a");
    commit();
    let added: db0::Result<()> = db0::atomic(|| {
        db0::tags(&card).add("a");
        thread::scope(|scope| {
            let committed = scope.spawn(|| {
                let _entered = desk.workspace.enter();
                for _ in 0..4 {
                    commit();
                }
            });
            committed.join().expect("it commits");
        });
        Ok(())
    });
    added.expect("it is done");
    assert_eq!(names(), ["a 1"]);
    settle(&card);
    assert_eq!((names(), db0::find::<Card>("a").count()), (vec!["a 1".to_owned()], 1));
}

#[test]
fn a_state_that_is_looked_at_keeps_its_names() {
    let _desk = desk(History::Off);
    let card = Memo::new(Card { number: 0 });
    db0::tags(&card).add(["a", "b"]);
    commit();
    let then = db0::snapshot().expect("a snapshot");
    db0::tags(&card).remove("a");
    settle(&card);
    db0::tags(Memo::new(Card { number: 9 })).add("a");
    settle(&card);
    assert_eq!(then.find::<Card>("a").count(), 1);
    let listed: Vec<_> = db0::tags(then.of(&card)).list().iter().map(ToString::to_string).collect();
    assert_eq!(listed, ["a", "b"]);
    assert_eq!(then.all_tags().expect("a list").len(), 2);
    assert_eq!(names(), ["a 1", "b 1"]);
    db0::tags(db0::find::<Card>("a")).remove("a");
    settle(&card);
    assert_eq!(then.find::<Card>("a").count(), 1);
    drop(then);
    settle(&card);
    assert_eq!(names(), ["b 1"]);
}

#[test]
fn threads_look_names_up_while_they_go() {
    let desk = desk(History::Last(2));
    let cards: Vec<_> = (0..4).map(|number| Memo::new(Card { number })).collect();
    commit();
    thread::scope(|scope| {
        for card in &cards {
            let workspace = &desk.workspace;
            scope.spawn(move || {
                let _entered = workspace.enter();
                for round in 0..150 {
                    let tag = format!("t{}", round % 3);
                    db0::tags(card).add(&tag);
                    assert!(db0::find::<Card>(&tag).contains(card));
                    assert!(db0::tags(card).contains(&tag));
                    commit();
                    assert!(db0::find::<Card>(&tag).contains(card));
                    db0::tags(card).remove(&tag);
                    assert!(!db0::find::<Card>(&tag).contains(card));
                    if round % 2 == 0 {
                        commit();
                    }
                }
            });
        }
    });
    settle(&cards[0]);
    assert!(names().is_empty());
}

#[derive(Clone, Debug)]
enum Step {
    Add(usize, usize),
    Remove(usize, usize),
    Undone(usize, usize),
    Commit,
    Look,
}

fn step() -> impl Strategy<Value = Step> {
    let place = (0..3_usize, 0..4_usize);
    prop_oneof![
        4 => place.clone().prop_map(|(card, tag)| Step::Add(card, tag)),
        4 => place.clone().prop_map(|(card, tag)| Step::Remove(card, tag)),
        1 => place.prop_map(|(card, tag)| Step::Undone(card, tag)),
        4 => Just(Step::Commit),
        1 => Just(Step::Look),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(24)))]

    #[test]
    fn names_that_come_and_go_tell_what_sets_do(steps in prop::collection::vec(step(), 1..60)) {
        let _desk = desk(History::Off);
        let cards: Vec<_> = (0..3).map(|number| Memo::new(Card { number })).collect();
        let mut model = vec![BTreeSet::new(); 3];
        let name = |tag: usize| format!("tag {tag}");
        let mut looks = Vec::new();
        for step in steps {
            match step {
                Step::Add(card, tag) => {
                    db0::tags(&cards[card]).add(name(tag));
                    model[card].insert(name(tag));
                }
                Step::Remove(card, tag) => {
                    db0::tags(&cards[card]).remove(name(tag));
                    model[card].remove(&name(tag));
                }
                Step::Undone(card, tag) => {
                    let undone: db0::Result<()> = db0::atomic(|| {
                        db0::tags(&cards[card]).add(name(tag));
                        Err(db0::abort("undone"))
                    });
                    prop_assert!(undone.is_err());
                }
                Step::Commit => {
                    commit();
                }
                Step::Look => {
                    commit();
                    looks.push((db0::snapshot().expect("a snapshot"), model.clone()));
                }
            }
            for (card, tags) in cards.iter().zip(&model) {
                let listed: BTreeSet<_> =
                    db0::tags(card).list().iter().map(ToString::to_string).collect();
                prop_assert_eq!(&listed, tags);
            }
            for tag in 0..4 {
                let bearing = model.iter().filter(|tags| tags.contains(&name(tag))).count();
                prop_assert_eq!(db0::find::<Card>(name(tag)).count(), bearing as u64);
            }
            for (then, model) in &looks {
                for (card, tags) in cards.iter().zip(model) {
                    prop_assert_eq!(db0::tags(then.of(card)).list().len(), tags.len());
                }
            }
            if looks.len() > 2 {
                looks.remove(0);
            }
        }
    }
}
