//! Handles of another prefix are in no collection: their numbers, which others have here, mislead nobody.

mod common;

use common::World;
use db0::{Dict, Error, Index, Memo, Mode, Set};

#[db0::memo(keep)]
struct Item {
    n: usize,
}

#[test]
fn they_are_not_found_and_take_nothing_out() {
    let world = World::new();
    let workspace = world.workspace.clone().expect("open");
    let elsewhere = workspace.prefix("elsewhere", Mode::ReadWrite).expect("it opens");
    let strange: Vec<Memo<Item>> = (0..40).map(|n| elsewhere.create(Item { n })).collect();
    let here = workspace.prefix("here", Mode::ReadWrite).expect("it opens");
    let _here = here.enter();
    let own: Vec<Memo<Item>> = (0..40).map(|n| Memo::new(Item { n })).collect();

    let dict: Dict<Memo<Item>, usize> =
        own.iter().cloned().enumerate().map(|(n, i)| (i, n)).collect();
    let set: Set<(Memo<Item>, u8)> = own.iter().map(|item| (item.clone(), 1)).collect();
    let index = Index::<Memo<Item>, Memo<Item>>::new();
    assert!(own.iter().all(|item| index.add(item.clone(), item)));
    let middle = &own[20];
    assert_eq!((dict.range(middle.clone()..).count(), dict.range(..=middle).count()), (20, 21));
    assert_eq!((set.under(middle).count(), set.range(..(middle, 1)).count()), (1, 20));
    assert_eq!((index.get(middle).count(), index.select(middle, &own[29]).count()), (1, 10));
    assert_eq!(db0::find::<Item>(index.range(middle..)).count(), 20);

    for item in &strange {
        assert_eq!(
            (dict.get(item), dict.contains_key(item), dict.try_remove(item).ok()),
            (None, false, Some(None))
        );
        assert_eq!((dict.range(item..).count(), dict.range(..item).count()), (0, 0));
        assert_eq!((dict.estimate(item..), dict.remove_range(..=item)), (0, 0));
        assert!(!set.contains((item, 1)) && set.under(item).next().is_none());
        assert_eq!((set.range((item, 0)..).count(), set.remove_range((item, 0)..)), (0, 0));
        assert_eq!((index.get(item).count(), index.range(item..).count()), (0, 0));
        assert_eq!((index.select(item, item).count(), index.remove_range(..=item)), (0, 0));
        assert!(db0::find::<Item>(index.range(item..)).is_empty());
        let refused = dict.try_insert(item.clone(), 0);
        assert!(matches!(refused, Err(Error::CrossPrefix { .. })), "{refused:?}");
    }
    assert_eq!((dict.len(), set.len(), index.len()), (40, 40, 40));
    // A handle of the same prefix at another moment is one of the same object.
    db0::commit().expect("it commits");
    let then = db0::snapshot().expect("a state").of(middle);
    assert_eq!((dict.get(&then), dict.range(then..).count()), (Some(20), 20));
}
