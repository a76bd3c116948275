//! An `atomic` over several prefixes: one step in memory, on disk, and for readers.

mod common;

use common::World;
use db0::{Error, Memo, Mode};

#[db0::memo(keep)]
struct Account {
    cents: i64,
}

#[db0::memo]
struct Card {
    owner: db0::WeakMemo<Account>,
}

fn total(names: [&str; 2]) -> i64 {
    let workspace = db0::current().workspace().clone();
    let balance = |name: &str| {
        let prefix = workspace.prefix(name, Mode::ReadWrite).expect("it opens");
        prefix.find::<Account>(()).iter().map(|account| account.read().cents).sum::<i64>()
    };
    names.map(balance).iter().sum()
}

#[test]
fn a_transfer_between_prefixes_is_one_step() {
    let mut world = World::new();
    let workspace = world.workspace.clone().expect("open");
    let (a, b) = ("left", "right/side");
    {
        let left = workspace.prefix(a, Mode::ReadWrite).expect("it opens");
        let right = workspace.prefix(b, Mode::ReadWrite).expect("it opens");
        let (from, to) = (left.create(Account { cents: 100 }), right.create(Account { cents: 0 }));
        for amount in [10, 20, 1000] {
            let moved = db0::atomic(|| -> db0::Result<()> {
                from.write().cents -= amount;
                to.write().cents += amount;
                if from.read().cents < 0 { Err(db0::abort("not enough")) } else { Ok(()) }
            });
            assert_eq!(moved.is_ok(), amount < 100);
        }
        assert_eq!((from.read().cents, to.read().cents), (70, 30));
        left.commit().expect("it commits");
        // Committing one has committed the other: nothing is left to do.
        let state = right.state();
        assert_eq!(right.commit().expect("nothing waits"), state);
        assert!(state > 0);
        let entries = std::fs::read_dir(world.folder.path()).expect("a folder");
        let journals = entries.filter(|entry| {
            let name = entry.as_ref().expect("an entry").file_name();
            name.to_string_lossy().contains("journal")
        });
        assert_eq!(journals.count(), 0);
    }
    drop(workspace);
    world.reopen();
    assert_eq!(total([a, b]), 100);
}

#[test]
fn strong_references_stay_within_their_prefix() {
    #[db0::memo]
    struct Wallet {
        account: Option<Memo<Account>>,
    }
    let world = World::new();
    let workspace = world.workspace.clone().expect("open");
    let other = workspace.prefix("other", Mode::ReadWrite).expect("it opens");
    let account = other.create(Account { cents: 1 });
    let here = workspace.prefix("default", Mode::ReadWrite).expect("it is open");
    let refused = here.try_create(Wallet { account: Some(account.clone()) });
    assert!(matches!(refused, Err(Error::CrossPrefix { .. })), "{refused:?}");
    let wallet = here.create(Wallet { account: None });
    let refused = wallet.try_update(|wallet| wallet.account = Some(account.clone()));
    assert!(matches!(refused, Err(Error::CrossPrefix { .. })), "{refused:?}");
    assert!(wallet.read().account.is_none());
    let card = here.create(Card { owner: account.downgrade() });
    here.commit().expect("it commits");
    assert_eq!(card.read().owner.upgrade().expect("it lives"), account);
    assert_eq!(account.refcount(), 0);
}

#[test]
fn one_that_can_not_commit_keeps_no_other_from_it() {
    let world = World::new();
    world.set_damaged();
    let workspace = world.workspace.clone().expect("open");
    let [lost, sound] = ["a", "b"].map(|name| {
        let prefix = workspace.prefix(name, Mode::ReadWrite).expect("it opens");
        let account = prefix.create(Account { cents: 1 });
        prefix.commit().expect("it commits");
        (prefix, account)
    });
    std::fs::remove_file(world.folder.path().join("a/data.mdb")).expect("it was there");
    lost.1.write().cents = 2;
    sound.1.write().cents = 2;
    workspace.commit().expect_err("its file is gone");
    let stored = sound.0.snapshot().expect("a state").of(&sound.1).read().cents;
    assert_eq!(stored, 2);
}
