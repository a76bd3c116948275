//! Commits of one prefix between the changes of another: what is written twice is one change.

mod common;

use common::World;
use db0::{Memo, Mode};

#[db0::memo(keep)]
struct Item {
    n: u64,
}

#[test]
fn a_new_object_is_changed_after_another_prefix_was_committed() {
    let world = World::new();
    let workspace = world.workspace.clone().expect("open");
    let a = workspace.prefix("a", Mode::ReadWrite).expect("it opens");
    let b = workspace.prefix("b", Mode::ReadWrite).expect("it opens");
    let one = Memo::new_in(&a, Item { n: 1 });
    let other = Memo::new_in(&b, Item { n: 10 });
    b.commit().expect("it commits");
    one.write().n = 2;
    let state = a.commit().expect("it commits");
    for n in 3..6 {
        one.write().n = n;
        other.write().n = 10 * n;
        b.commit().expect("it commits");
        one.write().n += 100;
    }
    assert_eq!(a.commit().expect("it commits"), state + 1);
    let at = |state| one.at(state).expect("it is kept").read().n;
    assert_eq!((at(state), at(state + 1)), (2, 105));
    assert_eq!(one.history().expect("it has one"), [state, state + 1]);
}
