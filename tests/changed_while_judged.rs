//! An object that is changed and let go while a commit decides who dies: each reference is let go once.

mod common;

use std::{
    sync::{LazyLock, Mutex, PoisonError, mpsc},
    thread,
};

use common::World;
use db0::{List, Memo};
use serde::{Deserialize, Deserializer, Serialize};

/// What happens while a commit reads what dies.
type During = Box<dyn FnOnce() + Send>;

static DURING: LazyLock<Mutex<Option<During>>> = LazyLock::new(Mutex::default);

#[derive(Clone, Serialize)]
struct Slow(u8);

impl<'de> Deserialize<'de> for Slow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if let Some(during) = DURING.lock().expect("nobody panics with it").take() {
            during();
        }
        u8::deserialize(deserializer).map(Slow)
    }
}

/// A commit reads the row of one that dies, for its keys.
#[db0::memo]
struct First {
    #[db0(index)]
    n: u32,
    slow: Slow,
}

#[db0::memo]
struct Holder {
    friend: Memo<Friend>,
    list: List<Memo<Friend>>,
}

#[db0::memo(keep)]
struct Friend {
    name: String,
}

fn friend(name: &str) -> Memo<Friend> {
    Memo::new(Friend { name: name.into() })
}

/// Does `change` with an object, that nothing holds then, while a commit judges it, and lets it go again.
/// Tells how often Ann and Bob, to whom one reference each is kept, are referred to at last.
fn changed(
    world: &World,
    friends: [&Memo<Friend>; 2],
    change: impl FnOnce(Memo<Holder>, &Memo<Friend>) + Send,
) -> [u64; 2] {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let workspace = world.workspace.clone().expect("it is open");
    let [ann, bob] = friends;
    let holder = |friend: &Memo<Friend>| Holder { friend: friend.clone(), list: List::new() };
    let kept = friends.map(|friend| Memo::new(holder(friend)));
    let holder = Memo::new(holder(ann));
    holder.get(|holder| holder.list.clone()).push(ann.clone());
    let first = Memo::new(First { n: 1, slow: Slow(0) });
    db0::commit().expect("it commits");
    assert_eq!(friends.map(Memo::refcount), [3, 1]);
    let uuid = holder.uuid();
    let list = holder.get(|holder| holder.list.clone());
    drop(holder);
    drop(first); // judged before the other
    db0::clear_cache();
    let (asks, asked) = mpsc::channel::<()>();
    let (answers, answered) = mpsc::channel();
    let during: During = Box::new(move || {
        asks.send(()).expect("somebody waits");
        answered.recv().expect("somebody answers");
    });
    *DURING.lock().expect("nobody panics with it") = Some(during);
    thread::scope(|scope| {
        let workspace = &workspace;
        scope.spawn(move || {
            asked.recv().expect("the commit reads what dies");
            let found = workspace.fetch::<Holder>(uuid).expect("it has not been judged yet");
            change(found, bob);
            drop(list);
            answers.send(()).expect("the commit waits");
        });
        workspace.commit().expect("it commits");
    });
    db0::commit().expect("it commits");
    db0::commit().expect("it commits");
    assert!(!db0::exists::<Holder>(uuid));
    let counts = friends.map(Memo::refcount);
    drop(kept);
    db0::commit().expect("it commits");
    counts
}

#[test]
fn a_field_is_let_go_once() {
    let world = World::new();
    let (ann, bob) = (friend("Ann"), friend("Bob"));
    let counts = changed(&world, [&ann, &bob], |found, bob| found.write().friend = bob.clone());
    assert_eq!(counts, [1, 1]);
}

#[test]
fn an_attribute_is_let_go_once() {
    let world = World::new();
    let (ann, bob) = (friend("Ann"), friend("Bob"));
    let counts = changed(&world, [&ann, &bob], |found, bob| found.attrs().set("friend", bob));
    assert_eq!(counts, [1, 1]);
}

#[test]
fn an_element_is_let_go_once() {
    let world = World::new();
    let (ann, bob) = (friend("Ann"), friend("Bob"));
    let counts = changed(&world, [&ann, &bob], |found, bob| {
        let list = found.get(|found| found.list.clone());
        drop(found);
        list.set(0, bob.clone());
        list.push(bob.clone());
    });
    assert_eq!(counts, [1, 1]);
}

#[test]
fn all_of_it_is_let_go_once() {
    let world = World::new();
    let (ann, bob) = (friend("Ann"), friend("Bob"));
    let counts = changed(&world, [&ann, &bob], |found, bob| {
        found.update(|found| found.friend = bob.clone());
        found.get(|found| found.list.clone()).clear();
    });
    assert_eq!(counts, [1, 1]);
}
