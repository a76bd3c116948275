//! What changed: between two snapshots, and for a subscriber, commit after commit.

use db0::{Dict, Memo};

#[db0::memo(singleton)]
struct Shop {
    stock: Dict<String, u32>,
}

#[db0::memo(keep)]
struct Order {
    customer: String,
    cents: u64,
}

fn main() -> db0::Result<()> {
    db0::init(db0::Config::new("./changes-data").autocommit(false))?;
    let shop = db0::singleton(|| Shop { stock: Dict::new() });
    shop.read().stock.insert("tea".to_string(), 5);
    let first = Memo::new(Order { customer: "Ann".into(), cents: 900 });
    db0::commit()?;
    let before = db0::snapshot()?;

    // A subscriber of paid orders: here a callback, on a thread of its own.
    let (sender, seen) = std::sync::mpsc::channel();
    let _listening = db0::subscribe::<Order>("paid").on_commit(move |commit| {
        sender.send(commit.map(|commit| (commit.state, commit.changes.len()))).ok();
    });

    db0::tags(&first).add("paid");
    shop.read().stock.insert("tea".to_string(), 4);
    Memo::new(Order { customer: "Bob".into(), cents: 1200 });
    db0::commit()?;
    let after = db0::snapshot()?;

    for order in db0::select_new::<Order>((), &before, &after) {
        println!("new: {} for {}", order.read().cents, order.read().customer);
    }
    for order in db0::select_new::<Order>("paid", &before, &after) {
        println!("paid by now: {}", order.read().customer);
    }
    for (old, new) in db0::select_modified::<Shop>((), &before, &after) {
        for change in new.read().stock.changes(&before, &after) {
            println!("{}: {:?} -> {:?}", change.key, change.old, change.new);
        }
        assert_eq!(old.read().stock.len(), new.read().stock.len());
    }
    for change in db0::changes(&before, &after) {
        println!("{} {} {} in state {}", change.kind, change.class, change.uuid, change.state);
    }
    if let Ok(commit) = seen.recv() {
        let (state, paid) = commit?;
        println!("state {state}: {paid} order(s) paid");
    }
    Ok(())
}
