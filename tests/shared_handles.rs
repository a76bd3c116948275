//! Handles in an `Arc` are references like all others: what is published keeps nothing alive but by them.

mod common;

use std::sync::Arc;

use common::World;
use db0::{Config, List, Memo, WeakMemo, Workspace};

#[db0::memo]
struct Item {
    n: u32,
}

#[db0::memo(keep)]
struct Shelf {
    #[serde(with = "shared")]
    items: Arc<Vec<Memo<Item>>>,
    #[serde(with = "shared")]
    other: Arc<(Option<WeakMemo<Item>>, List<u32>)>,
    plain: Option<Memo<Item>>,
}

/// As serde's feature `rc` has it.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<T: Serialize, S: Serializer>(
        value: &Arc<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().serialize(serializer)
    }

    pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Arc<T>, D::Error> {
        T::deserialize(deserializer).map(Arc::new)
    }
}

fn shelf(items: &[Memo<Item>]) -> Shelf {
    let other = (items.first().map(Memo::downgrade), List::from_iter([1, 2]));
    Shelf { items: items.to_vec().into(), other: other.into(), plain: items.first().cloned() }
}

#[test]
fn what_is_taken_out_of_an_arc_goes() {
    let mut world = World::new();
    let item = Memo::new(Item { n: 1 });
    let (one, two) = (Memo::new(shelf(std::slice::from_ref(&item))), Memo::new(shelf(&[])));
    two.write().items = one.read().items.clone();
    assert_eq!(item.refcount(), 3);
    let uuid = item.uuid();
    drop(item);
    one.update(|one| (one.items, one.plain) = (Arc::default(), None));
    db0::commit().expect("it commits");
    assert_eq!(two.read().items[0].read().n, 1);
    two.update(|two| Arc::make_mut(&mut two.items).clear());
    db0::commit().expect("it commits");
    assert!(!db0::exists::<Item>(uuid) && one.read().other.0.as_ref().expect("weak").is_expired());
    assert_eq!(one.read().other.1.to_vec(), [1, 2]);
    let uuid = one.uuid();
    drop((one, two));
    world.reopen();
    let one = db0::fetch::<Shelf>(uuid).expect("it was stored");
    assert_eq!((one.read().items.len(), one.read().other.1.to_vec()), (0, vec![1, 2]));
}

#[test]
fn a_workspace_is_not_kept_open_by_what_it_stores() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || Workspace::open(Config::new(folder.path()).autocommit(false));
    let workspace = open().expect("it opens");
    let entered = workspace.enter();
    let shelf = Memo::new(shelf(&[Memo::new(Item { n: 1 })]));
    shelf.update(|shelf| shelf.items = Arc::new(shelf.items.to_vec()));
    drop((shelf, entered, workspace));
    open().expect("the last handle has closed it");
}
