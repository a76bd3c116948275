//! What is changed while a commit goes on that fails: the next one writes it, once.

mod common;

use std::{
    collections::BTreeMap,
    ops::Deref,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    thread,
};

use common::World;
use db0::Memo;
use serde::{Deserialize, Deserializer, Serialize};

/// What tells that a commit is going on, and waits to be told to fail it: one for each bomb.
static FUSES: Mutex<BTreeMap<u64, (Sender<()>, Receiver<()>)>> = Mutex::new(BTreeMap::new());
/// Tests go on side by side: each has a bomb of its own.
static BOMBS: AtomicU64 = AtomicU64::new(1);

#[derive(Clone, Serialize)]
struct Bomb(u64);

impl<'de> Deserialize<'de> for Bomb {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bomb = Self(u64::deserialize(deserializer)?);
        let fuse = FUSES.lock().expect("nobody panics with it").remove(&bomb.0);
        if let Some((lit, burnt)) = fuse {
            lit.send(()).expect("somebody waits for it");
            burnt.recv().expect("somebody says so");
            panic!("on purpose");
        }
        Ok(bomb)
    }
}

#[db0::memo]
struct Bombed {
    #[db0(index)]
    n: u64,
    bomb: Bomb,
}

#[db0::memo(keep)]
struct Item {
    n: u64,
}

#[db0::memo]
struct Friend {
    of: Option<Memo<Friend>>,
}

/// A world in which a bomb dies with the next commits.
struct Mined {
    world: World,
    bomb: u64,
}

impl Deref for Mined {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

/// Commits, and runs `meanwhile` when the commit has begun, which fails then.
fn commit_in_vain(world: &Mined, meanwhile: impl FnOnce()) {
    let ((lit, is_lit), (burn, burnt)) = (mpsc::channel(), mpsc::channel());
    FUSES.lock().expect("nobody panics with it").insert(world.bomb, (lit, burnt));
    let workspace = world.workspace.clone().expect("it is open");
    let committer = thread::spawn(move || {
        let _entered = workspace.enter();
        db0::commit()
    });
    is_lit.recv().expect("the commit has to read what dies");
    meanwhile();
    burn.send(()).expect("it waits");
    let failed = committer.join().expect("no panic comes out");
    assert!(failed.is_err_and(|error| error.to_string().contains("panicked")));
}

/// Makes one of the next commits have something to read that dies, and a world in which it has not
/// been read yet.
fn world_with_a_bomb(make: impl FnOnce()) -> Mined {
    let (mut world, bomb) = (World::new(), BOMBS.fetch_add(1, Ordering::Relaxed));
    db0::tags(Memo::new(Bombed { n: 1, bomb: Bomb(bomb) })).add("kept");
    make();
    world.reopen();
    // From the first new one on, the program says which keys an object has.
    drop(Memo::new(Bombed { n: 2, bomb: Bomb(0) }));
    let bombed = db0::find::<Bombed>("kept").first().expect("it is there");
    db0::tags(&bombed).remove("kept");
    Mined { world, bomb }
}

#[test]
fn new_objects_that_are_changed_meanwhile_are_written_once() {
    let mut world = world_with_a_bomb(|| {
        db0::tags(Memo::new(Item { n: 0 })).add("old");
    });
    let old = db0::find::<Item>("old").first().expect("it is there");
    old.write().n = 1;
    let (new, gone) = (Memo::new(Item { n: 1 }), Memo::new(Item { n: 1 }));
    commit_in_vain(&world, || {
        old.write().n = 2;
        new.write().n = 2;
        new.write().n = 3;
        db0::delete(&gone).expect("nothing refers to it");
    });
    let uuids = [old.uuid(), new.uuid(), gone.uuid()];
    db0::commit().expect("what waited goes now");
    drop((old, new, gone));
    world.world.reopen();
    let values = uuids.map(|uuid| db0::fetch::<Item>(uuid).ok().map(|item| item.read().n));
    assert_eq!(values, [Some(2), Some(3), None]);
    assert_eq!(db0::find::<Item>(()).count(), 2);
}

/// Friends `a`, `b` and `c`, of which `a` referred to `b` in the last state, and refers to `c` now.
fn friends() -> (Mined, [Memo<Friend>; 3]) {
    let world = world_with_a_bomb(|| {
        let friends = [(); 3].map(|()| Memo::new(Friend { of: None }));
        for (friend, name) in friends.iter().zip(["a", "b", "c"]) {
            db0::tags(friend).add(name);
        }
        friends[0].write().of = Some(friends[1].clone());
    });
    let friends =
        ["a", "b", "c"].map(|name| db0::find::<Friend>(name).first().expect("it is there"));
    friends[0].write().of = Some(friends[2].clone());
    (world, friends)
}

#[test]
fn what_has_changed_and_dies_lets_go_of_what_it_refers_to_now() {
    let (world, [a, b, c]) = friends();
    db0::tags(&a).remove("a");
    drop(a);
    commit_in_vain(&world, || ());
    db0::commit().expect("what waited goes now");
    assert_eq!((b.refcount(), c.refcount()), (1, 1), "their tags");
    assert_eq!(db0::find::<Friend>(()).count(), 2);
}

#[test]
fn what_has_changed_and_is_deleted_meanwhile_lets_go_once() {
    let (world, [a, b, c]) = friends();
    commit_in_vain(&world, || db0::delete(&a).expect("nothing refers to it"));
    db0::commit().expect("what waited goes now");
    assert_eq!((b.refcount(), c.refcount()), (1, 1), "their tags");
    assert_eq!(db0::find::<Friend>(()).count(), 2);
}

#[test]
fn a_touch_counts_though_its_commit_fails_and_not_if_it_is_undone() {
    let world = world_with_a_bomb(|| {
        db0::tags(Memo::new(Item { n: 0 })).add("touched");
        db0::tags(Memo::new(Item { n: 0 })).add("spared");
    });
    let [touched, spared] =
        ["touched", "spared"].map(|tag| db0::find::<Item>(tag).first().expect("it is there"));
    db0::touch(&touched);
    let undone = db0::atomic(|| -> db0::Result<()> {
        db0::touch(&spared);
        Err(db0::abort("on purpose"))
    });
    undone.expect_err("it is undone");
    // As it was: that is no change.
    spared.write().n = 0;
    commit_in_vain(&world, || ());
    let before = db0::state();
    let after = db0::commit().expect("what waited goes now");
    let [before, after] = [before, after].map(|state| db0::snapshot_at(state).expect("it is kept"));
    let changes = db0::changes(&before, &after);
    let modified: Vec<_> = changes.filter(|change| change.class == "Item").collect();
    assert_eq!(modified.iter().map(|change| change.uuid).collect::<Vec<_>>(), [touched.uuid()]);
}
