//! Snapshots, time travel, changes.

use std::time::SystemTime;

use db0::{Error, History, Kind, Memo};

use crate::{
    classes::{Person, Root, person, root},
    common::World,
};

#[test]
fn snapshots() -> db0::Result<()> {
    let _world = World::new();
    let root = root();
    let alice = Memo::new(person("Alice", 30));
    root.read().people.push(alice.clone());
    let first = db0::commit()?;
    let then = SystemTime::now();
    std::thread::sleep(std::time::Duration::from_millis(5));
    let snapshot = db0::snapshot()?;
    alice.write().age = 31;
    let second = db0::commit()?;
    assert_eq!(snapshot.find::<Person>(()).first().expect("there").read().age, 30);
    assert_eq!(snapshot.fetch::<Person>(alice.uuid())?.read().age, 30);
    assert_eq!(snapshot.singleton::<Root>()?.read().people.len(), 1);
    assert_eq!(snapshot.state(), first);
    assert_eq!(snapshot.of(&alice).read().age, 30);
    assert!(matches!(snapshot.of(&alice).try_write(), Err(Error::ReadOnly { .. })));
    assert_eq!(db0::snapshot_at(first)?.of(&alice).read().age, 30);
    assert_eq!(db0::snapshot_at_time(then)?.state(), first);
    let name = db0::current().name().to_owned();
    let both = db0::snapshot_of([(name.as_str(), first)])?;
    assert_eq!(both.state_of(&name)?, first);
    assert_eq!(alice.history()?, [first, second]);
    assert_eq!(alice.at(first)?.read().age, 30);
    let states = db0::states(..)?;
    assert_eq!(states.last().expect("there are some").number, second);
    assert!(states[0].time <= SystemTime::now());
    assert_eq!(db0::state_at(then)?, first);
    drop((snapshot, both));
    db0::prune_history(..second)?;
    assert!(matches!(db0::snapshot_at(first), Err(Error::Pruned { oldest }) if oldest == second));
    db0::current().set_history(History::Last(3))?;
    Ok(())
}

#[test]
fn changes() -> db0::Result<()> {
    let _world = World::new();
    let root = root();
    let [one, two] = ["one", "two"].map(|name| Memo::new(person(name, 1)));
    root.read().people.extend([one.clone(), two.clone()]);
    let state = db0::commit()?;
    let before = db0::snapshot()?;
    one.write().age = 2;
    let three = Memo::new(person("three", 1));
    root.read().people.push(three.clone());
    root.read().people.remove(1);
    let gone = two.uuid();
    drop(two);
    db0::commit()?;
    let after = db0::snapshot()?;
    let new: Vec<_> = db0::select_new::<Person>((), &before, &after).collect();
    assert_eq!(new.len(), 1);
    let deleted: Vec<_> = db0::select_deleted::<Person>((), &before, &after).collect();
    assert_eq!(deleted[0].uuid(), gone);
    for (old, new) in db0::select_modified::<Person>((), &before, &after) {
        assert_eq!((old.read().age, new.read().age), (1, 2));
    }
    let kinds: Vec<Kind> = db0::changes(&before, &after).map(|change| change.kind).collect();
    assert!(kinds.contains(&Kind::Created) && kinds.contains(&Kind::Deleted));
    for change in db0::changes(&before, &after) {
        assert!(change.state > state && !change.uuid.is_nil() && !change.class.is_empty());
    }
    for commit in db0::subscribe::<Person>(()).since(state).take(1) {
        let commit = commit?;
        assert_eq!(commit.state, state + 1);
        assert!(commit.time <= SystemTime::now());
        assert!(!commit.changes.is_empty());
    }
    Ok(())
}
