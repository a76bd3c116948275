//! How many objects bear a tag, or are of a class, is told alike by counting and by listing: whatever waits
//! for a commit, of how many classes they are, and in snapshots.

use db0::{Memo, Snapshot};

use crate::common::World;

#[db0::memo(keep)]
struct Sheep {
    born: u32,
}

#[db0::memo(keep)]
struct Goat {
    born: u32,
}

/// More than fit one container.
const FLOCK: u32 = 9000;

/// How many there are with wool: sheep, goats, all; and how many sheep there are at all.
type Counts = [u64; 4];

#[track_caller]
fn check(counts: Counts) {
    let sheep = db0::find::<Sheep>("wool");
    let (goats, all) = (db0::find::<Goat>("wool"), db0::find_any("wool"));
    let flock = db0::find::<Sheep>(());
    assert_eq!([sheep.count(), goats.count(), all.count(), flock.count()], counts);
    let listed = [sheep.uuids().len(), goats.uuids().len(), all.uuids().len(), flock.uuids().len()];
    assert_eq!(listed.map(|len| len as u64), counts);
    let wool = db0::all_tags().expect("tags are read").into_iter();
    let of_all = wool.filter(|(name, _)| name.to_string() == "wool").map(|(_, count)| count);
    assert_eq!(of_all.sum::<u64>(), counts[2]);
}

#[track_caller]
fn check_snapshot(snapshot: &Snapshot, [sheep, goats, all, flock]: Counts) {
    assert_eq!(snapshot.find::<Sheep>("wool").count(), sheep);
    assert_eq!(snapshot.find::<Goat>("wool").count(), goats);
    assert_eq!(snapshot.find_any("wool").count(), all);
    assert_eq!(snapshot.find::<Sheep>(()).count(), flock);
}

/// Checks before a commit, and after it; gives what is committed.
#[track_caller]
fn commit(counts: Counts) -> Snapshot {
    check(counts);
    db0::commit().expect("it commits");
    check(counts);
    db0::snapshot().expect("a snapshot")
}

#[test]
fn counting_is_listing() {
    let mut world = World::new();
    let flock: Vec<_> = (0..FLOCK).map(|born| Memo::new(Sheep { born })).collect();
    db0::tags(&flock).add("wool");
    let first = commit([9000, 0, 9000, 9000]);
    let goats: Vec<_> = (0..5).map(|born| Memo::new(Goat { born })).collect();
    db0::tags(&goats).add("wool");
    let second = commit([9000, 5, 9005, 9000]);
    flock[8190..8200].iter().for_each(|sheep| db0::delete(sheep).expect("nothing refers to it"));
    let third = commit([8990, 5, 8995, 8990]);
    let aborted = db0::atomic(|| {
        db0::tags(&flock[..10]).remove("wool");
        db0::tags(&goats[..1]).remove("wool");
        db0::delete(&flock[20])?;
        check([8979, 4, 8983, 8989]);
        Err::<(), _>(db0::abort("to see what is left"))
    });
    aborted.expect_err("it was aborted");
    db0::tags(&goats).remove("wool");
    check([8990, 0, 8990, 8990]);
    db0::tags(&flock[..8190]).remove("wool");
    let fourth = commit([800, 0, 800, 8990]);
    check_snapshot(&first, [9000, 0, 9000, 9000]);
    check_snapshot(&second, [9000, 5, 9005, 9000]);
    check_snapshot(&third, [8990, 5, 8995, 8990]);
    check_snapshot(&fourth, [800, 0, 800, 8990]);
    drop((flock, goats, first, second, third, fourth));
    world.reopen();
    check([800, 0, 800, 8990]);
}
