//! Every name of `WeakSet`.

use db0::{Memo, WeakSet};

use crate::common::World;

#[db0::memo]
struct Guest {
    name: String,
}

#[test]
fn weak_sets_are_used_as_sets_are() -> db0::Result<()> {
    let _world = World::new();
    let [ann, bob, eve] = ["Ann", "Bob", "Eve"].map(|name| Memo::new(Guest { name: name.into() }));
    let set: WeakSet<Guest> = WeakSet::new();
    assert!(set.is_empty() && set.insert(&ann) && !set.try_insert(&ann)?);
    set.extend([bob.clone()]);
    set.try_extend([eve.clone()])?;
    assert_eq!((set.len(), set.try_len()?, set.try_is_empty()?), (3, 3, false));
    assert!(set.contains(&bob) && set.try_contains(&bob)? && ann.refcount() == 0);
    assert!(set.iter().eq([ann.clone(), bob.clone(), eve.clone()]));
    assert!(set.try_iter()?.rev().eq([eve.clone(), bob.clone(), ann.clone()]));
    assert!(set.remove(&bob) && !set.try_remove(&bob)?);
    set.retain(|guest| guest.read().name != "Eve");
    set.try_retain(|_| true)?;
    let copy = set.try_copy()?;
    assert_eq!((set.prune(), set.try_prune()?, copy.len()), (0, 0, 1));
    let other: WeakSet<Guest> = [ann, bob].into_iter().collect();
    assert_eq!((&other).into_iter().count() + other.clone().into_iter().count(), 4);
    assert_eq!(format!("{other:?}"), "WeakSet(len 2)");
    assert!(set == set.clone() && set != set.copy() && WeakSet::<Guest>::default().is_empty());
    set.clear();
    set.try_clear()
}
