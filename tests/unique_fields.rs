//! A unique key belongs to one object: whoever comes second is refused, and nothing of it happens.

mod common;

use common::World;
use db0::{Error, Memo};

#[db0::memo(keep)]
struct Account {
    #[db0(unique)]
    email: Option<String>,
    #[db0(index)]
    balance: i64,
}

fn account(email: &str) -> Memo<Account> {
    Memo::new(Account { email: Some(email.into()), balance: 0 })
}

fn refused_by(error: &Error) -> (String, uuid::Uuid) {
    match error {
        Error::Unique { class, field, key, holder } => (format!("{class}.{field} {key}"), *holder),
        other => panic!("{other}"),
    }
}

#[test]
fn a_taken_key_is_refused_with_its_holder() {
    let mut world = World::new();
    let ann = account("ann@x");
    for _ in 0..2 {
        let twin = Account { email: Some("ann@x".into()), balance: 1 };
        let error = Memo::try_new(twin).expect_err("the key is taken");
        let expected = (r#"Account.email Some("ann@x")"#.to_owned(), ann.uuid());
        assert_eq!(refused_by(&error), expected);
        assert_eq!(db0::find::<Account>(()).count(), 1);
        db0::commit().expect("it commits");
    }
    let bob = account("bob@x");
    let error = bob.try_update(|bob| bob.email = Some("ann@x".into())).expect_err("taken");
    assert_eq!(refused_by(&error).1, ann.uuid());
    assert_eq!(bob.read().email.as_deref(), Some("bob@x"));
    let (ann, bob) = (ann.uuid(), bob.uuid());
    world.reopen();
    let [ann, bob] = [ann, bob].map(|uuid| db0::fetch::<Account>(uuid).expect("it is there"));
    let error = bob.try_update(|bob| bob.email = Some("ann@x".into())).expect_err("taken");
    assert_eq!(refused_by(&error).1, ann.uuid());
}

#[test]
#[should_panic(expected = "Account.email: its key is taken by")]
fn a_guard_that_drops_with_a_taken_key_panics() {
    let _world = World::new();
    account("ann@x");
    let bob = account("bob@x");
    bob.write().email = Some("ann@x".into());
}

#[test]
fn none_is_no_value() {
    let _world = World::new();
    let nobody = || Memo::new(Account { email: None, balance: 0 });
    let (first, second) = (nobody(), nobody());
    first.write().email = Some("a".into());
    second.try_update(|second| second.email = Some("a".into())).expect_err("taken");
    first.write().email = None;
    second.write().email = Some("a".into());
    nobody();
}

#[test]
fn keys_are_freed_by_change_and_by_deletion() {
    let _world = World::new();
    let ann = account("ann@x");
    ann.write().email = Some("ann@y".into());
    let bob = account("ann@x");
    db0::delete(&bob).expect("nothing refers to it");
    account("ann@x");
    db0::commit().expect("it commits");
    db0::delete(&ann).expect("nothing refers to it");
    db0::commit().expect("it commits");
    account("ann@y");
}

#[test]
fn two_objects_swap_their_keys_in_one_atomic() {
    let mut world = World::new();
    let (ann, bob) = (account("ann@x"), account("bob@x"));
    db0::commit().expect("it commits");
    db0::atomic(|| -> db0::Result<()> {
        ann.write().email = Some("bob@x".into());
        bob.write().email = Some("ann@x".into());
        Ok(())
    })
    .expect("each key has one holder in the end");
    let uuid = ann.uuid();
    drop((ann, bob));
    world.reopen();
    let ann = db0::fetch::<Account>(uuid).expect("it is there");
    assert_eq!(ann.read().email.as_deref(), Some("bob@x"));
    Memo::try_new(Account { email: Some("bob@x".into()), balance: 0 }).expect_err("taken");
}

#[test]
fn an_atomic_that_ends_with_twins_is_undone() {
    let _world = World::new();
    let ann = account("ann@x");
    let error = db0::atomic(|| -> db0::Result<()> {
        ann.write().balance = 5;
        account("bob@x");
        account("bob@x");
        Ok(())
    })
    .expect_err("two have one key");
    assert!(refused_by(&error).0.contains("bob@x"));
    assert_eq!((ann.read().balance, db0::find::<Account>(()).count()), (0, 1));
    account("bob@x");
}

#[test]
fn a_key_that_is_lost_again_is_not_held_against_anybody() {
    let _world = World::new();
    let (ann, bob) = (account("ann@x"), account("bob@x"));
    db0::atomic(|| -> db0::Result<()> {
        ann.write().email = Some("cid@x".into());
        ann.write().email = Some("dee@x".into());
        bob.write().email = Some("cid@x".into());
        db0::delete(&ann)?;
        account("dee@x");
        account("ann@x");
        Ok(())
    })
    .expect("each key has one holder in the end");
}

#[test]
fn an_inner_atomic_is_undone_alone() {
    let _world = World::new();
    let ann = account("ann@x");
    db0::atomic(|| -> db0::Result<()> {
        let inner = db0::atomic(|| -> db0::Result<()> {
            account("ann@x");
            Ok(())
        });
        refused_by(&inner.expect_err("taken"));
        ann.write().email = None;
        account("ann@x");
        Ok(())
    })
    .expect("the key was free by then");
    assert_eq!(db0::find::<Account>(()).count(), 2);
}

#[test]
fn of_racing_threads_one_wins() {
    let world = World::new();
    let workspace = world.workspace.clone().expect("it is open");
    for round in 0..20 {
        let wins = std::thread::scope(|scope| {
            let race = |_| {
                scope.spawn(|| {
                    let _entered = workspace.enter();
                    let email = Some(format!("{round}@x"));
                    Memo::try_new(Account { email, balance: 0 }).is_ok()
                })
            };
            let racers: Vec<_> = (0..4).map(race).collect();
            racers
                .into_iter()
                .map(|racer| racer.join().expect("no panic"))
                .filter(|won| *won)
                .count()
        });
        assert_eq!(wins, 1);
    }
}

#[db0::memo]
struct Loose {
    #[db0(unique)]
    name: String,
}

#[test]
fn the_key_of_an_object_that_dies_is_free_again() {
    let _world = World::new();
    for _ in 0..3 {
        drop(Memo::new(Loose { name: "x".into() }));
        Memo::try_new(Loose { name: "x".into() }).expect_err("until the next commit it is there");
        db0::commit().expect("it commits");
    }
    let held = Memo::new(Loose { name: "x".into() });
    db0::commit().expect("it commits");
    Memo::try_new(Loose { name: "x".into() }).expect_err("it is held");
    drop(held);
    db0::commit().expect("it commits");
    Memo::new(Loose { name: "x".into() });
}

#[db0::memo(keep, unique = (realm, name))]
struct Place {
    realm: u32,
    name: Option<String>,
}

#[test]
fn composites_are_unique_as_a_whole() {
    let _world = World::new();
    let place = |realm, name: Option<&str>| Place { realm, name: name.map(Into::into) };
    Memo::new(place(1, Some("a")));
    Memo::new(place(1, Some("b")));
    Memo::new(place(2, Some("a")));
    Memo::new(place(1, None));
    Memo::new(place(1, None));
    let error = Memo::try_new(place(2, Some("a"))).expect_err("taken");
    assert_eq!(refused_by(&error).0, r#"Place.realm,name (2, Some("a"))"#);
}
