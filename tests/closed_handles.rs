//! What is left of a prefix that was closed says so, whatever it is, also when the prefix is open again.

mod common;

use common::World;
use db0::{AnyMemo, Error, List, Memo, Mode, Result};

#[db0::memo(keep)]
struct Item {
    n: u32,
    list: List<u32>,
}

fn is_closed<R>(result: Result<R>) -> bool {
    matches!(result, Err(Error::Closed { .. }))
}

#[test]
fn everything_of_a_closed_prefix_is_closed() {
    let world = World::new();
    let prefix = db0::open("other", Mode::ReadWrite).expect("it opens");
    let item = Memo::new_in(&prefix, Item { n: 1, list: List::from_iter([1, 2]) });
    db0::tags(&item).add("old");
    let (list, query, any) =
        (item.read().list.clone(), prefix.find::<Item>("old"), AnyMemo::from(&item));
    let (seen, snapshot) = (item.read(), prefix.snapshot().expect("a state"));
    let then = item.at(prefix.commit().expect("it commits")).expect("it was there");
    let then_seen = then.read();
    prefix.clone().close().expect("it closes");
    let check = || {
        assert!(is_closed(prefix.commit()) && is_closed(prefix.try_create(Item::clone(&seen))));
        assert!(is_closed(item.try_read()) && is_closed(item.try_write()));
        assert!(is_closed(any.try_get("n")) && is_closed(any.try_class()));
        assert!(is_closed(item.attrs().try_get::<u32>("n")));
        assert!(is_closed(list.try_len()) && is_closed(list.try_get(0)));
        assert!(is_closed(list.try_push(3)) && is_closed(seen.list.try_len()));
        assert!(is_closed(query.try_count()) && is_closed(query.try_iter()));
        // What was held goes on showing what it showed.
        assert_eq!((seen.n, then_seen.n), (1, 1));
        // Of a past state, nobody keeps the rows any more.
        assert!(is_closed(then.try_read()) && is_closed(then_seen.list.try_to_vec()));
        assert!(is_closed(snapshot.fetch::<Item>(item.uuid())) && is_closed(snapshot.classes()));
        assert!(is_closed(snapshot.find::<Item>(()).try_count()));
        assert!(is_closed(snapshot.all_tags()) && is_closed(snapshot.roots()));
    };
    check();
    let again = db0::open("other", Mode::ReadWrite).expect("it opens");
    check();
    let item = again.fetch::<Item>(item.uuid()).expect("it was stored");
    assert_eq!((item.read().list.to_vec(), again.find::<Item>("old").count()), (vec![1, 2], 1));
    drop(world);
}
