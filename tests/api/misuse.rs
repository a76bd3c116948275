//! Misuse panics as it does with `Vec`, at the line of the caller, and changes nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};

use db0::{Array, Dict, Error, Index, List, Memo, Mode};

use crate::common::World;

#[db0::memo]
struct Thing {
    n: u32,
}

/// What `work` panics with.
#[track_caller]
fn panics<R>(work: impl FnOnce() -> R) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| drop(work()))).expect_err("it does not panic");
    panic.downcast_ref::<String>().cloned().expect("a message")
}

#[test]
fn positions_out_of_range() {
    let _world = World::new();
    let list = List::from([1, 2, 3]);
    for message in [
        panics(|| list.set(3, 0)),
        panics(|| list.insert(4, 0)),
        panics(|| list.remove(3)),
        panics(|| list.swap(0, 3)),
        panics(|| list.swap(usize::MAX, 0)),
    ] {
        assert!(message.contains("out of range") && message.contains("length is 3"), "{message}");
    }
    for message in [
        panics(|| list.drain(2..4)),
        panics(|| list.range(4..)),
        panics(|| list.drain(..=usize::MAX)),
        panics(|| list.range((std::ops::Bound::Excluded(usize::MAX), std::ops::Bound::Unbounded))),
    ] {
        assert!(message.contains("out of bounds"), "{message}");
    }
    let (start, end) = (2, 1);
    panics(|| list.drain(start..end));
    assert_eq!((list.get(3), list.get(usize::MAX)), (None, None));
    assert!(list.drain(3..).next().is_none() && list.range(3..).next().is_none());
    list.truncate(9);
    list.insert(3, 4);
    assert_eq!(list.to_vec(), [1, 2, 3, 4]);

    let array = Array::from([1_u8, 2]);
    panics(|| array.set(2, 0));
    panics(|| array.read(1..3));
    panics(|| array.range(3..));
    panics(|| array.with_slices(..3, |_| ()));
    assert_eq!((array.get(2), array.read(2..).len(), array.to_vec()), (None, 0, vec![1, 2]));
}

#[test]
fn empty_collections_have_no_positions_either() {
    let _world = World::new();
    let list = List::<u32>::new();
    panics(|| list.remove(0));
    panics(|| list.set(0, 1));
    panics(|| list.swap(0, 0));
    panics(|| list.drain(..1));
    assert!(list.drain(..).next().is_none() && list.pop().is_none());
    list.clear();
    list.sort();
    list.reverse();
    list.retain(|_| unreachable!("there is none"));
    panics(|| Array::<u32>::new().set(0, 1));
}

#[test]
fn the_line_of_the_caller_is_named() {
    let _world = World::new();
    let (list, place) = (List::<u32>::new(), std::sync::Arc::new(std::sync::Mutex::new(None)));
    let hook = std::panic::take_hook();
    let (told, me) = (place.clone(), std::thread::current().id());
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == me {
            *told.lock().expect("it is free") = info.location().map(|at| at.file().to_string());
        }
    }));
    let _ = catch_unwind(AssertUnwindSafe(|| list.remove(7)));
    std::panic::set_hook(hook);
    let place = place.lock().expect("it is free").clone();
    assert_eq!(place.as_deref(), Some(file!()));
}

#[test]
fn readers_and_the_past_can_not_be_written_to() -> db0::Result<()> {
    let world = World::new();
    let root = db0::current();
    let (dict, list) = (root.dict::<u32, u32>("dict"), root.list::<u32>("list"));
    dict.insert(1, 1);
    list.push(1);
    db0::commit()?;
    let snapshot = db0::snapshot()?;
    let then = snapshot.dict::<u32, u32>("dict")?;
    assert!(matches!(then.try_insert(2, 2), Err(Error::ReadOnly { .. })));
    assert!(matches!(then.try_clear(), Err(Error::ReadOnly { .. })));
    assert!(
        panics(|| snapshot.list::<u32>("list").expect("it is there").push(2)).contains("state")
    );
    let config = db0::Config::new(world.folder.path()).read_only();
    let reader = db0::Workspace::open(config)?;
    let seen = reader.prefix("default", Mode::ReadOnly)?.dict::<u32, u32>("dict");
    assert_eq!(seen.get(1), Some(1));
    assert!(matches!(seen.try_remove(1), Err(Error::ReadOnly { .. })));
    assert!(matches!(seen.try_retain(|_, _| false), Err(Error::ReadOnly { .. })));
    assert_eq!((dict.to_vec(), list.to_vec()), (vec![(1, 1)], vec![1]));
    Ok(())
}

#[test]
fn a_function_that_panics_changes_nothing() {
    let _world = World::new();
    let (list, dict) = (List::from([3, 1, 2]), Dict::from([(1, 1), (2, 2), (3, 3)]));
    let index = Index::from([(1, Memo::new(Thing { n: 1 })), (2, Memo::new(Thing { n: 2 }))]);
    panics(|| list.retain(|n| if *n == 2 { panic!("{n}") } else { false }));
    panics(|| list.sort_by(|_, _| panic!("{}", "no order")));
    panics(|| list.extend((0..9).map(|n| if n == 5 { panic!("{n}") } else { n })));
    panics(|| list.update(0, |_| panic!("{}", "in an update")));
    panics(|| dict.retain(|n, _| if *n == 2 { panic!("{n}") } else { false }));
    panics(|| dict.update(1, |_| panic!("{}", "in an update")));
    panics(|| dict.get_or_insert_with(9, || panic!("{}", "in a default")));
    panics(|| dict.extend((0..9).map(|n| if n == 5 { panic!("{n}") } else { (n, 0) })));
    panics(|| index.retain(|n, thing| if *n == 2 { panic!("{n}") } else { thing.read().n > 9 }));
    assert_eq!(list.to_vec(), [3, 1, 2]);
    assert_eq!(dict.to_vec(), [(1, 1), (2, 2), (3, 3)]);
    assert_eq!((index.len(), index.iter().count()), (2, 2));
    // And the right to write is given back.
    std::thread::scope(|scope| scope.spawn(|| list.push(4)).join()).expect("it writes");
    assert_eq!(list.len(), 4);
}
