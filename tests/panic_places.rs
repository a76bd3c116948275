//! A short name that panics names the line that called it, not one of db0's.

mod common;

use std::{
    cell::RefCell,
    panic::{self, AssertUnwindSafe, catch_unwind},
};

use common::World;
use db0::{Config, Dict, Error, Index, List, Memo, Mode, Workspace};

#[db0::memo(keep)]
struct Thing {
    #[db0(unique)]
    n: u32,
}

#[db0::memo]
struct Loose {
    n: u32,
}

#[db0::memo(singleton)]
struct Root {
    loose: Option<Memo<Loose>>,
}

thread_local! {
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Where `work` panics.
fn place(work: &mut dyn FnMut()) -> String {
    PLACE.with_borrow_mut(String::clear);
    let panicked = catch_unwind(AssertUnwindSafe(work)).is_err();
    PLACE.with_borrow(|place| if panicked { place.clone() } else { "nowhere".into() })
}

/// Notes which of these do not panic in this file.
macro_rules! all_here {
    ($elsewhere:ident: $($work:expr),+ $(,)?) => {
        $(
            let found = place(&mut || { let _ = $work; });
            if found != file!() {
                $elsewhere.push((stringify!($work), found));
            }
        )+
    };
}

#[test]
fn they_are_those_of_the_program() -> db0::Result<()> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if let Some(place) = info.location() {
            PLACE.with_borrow_mut(|last| *last = place.file().into());
        }
    }));
    let mut elsewhere = Vec::new();
    let world = World::new();
    let gone = Memo::new(Loose { n: 1 });
    db0::delete(&gone)?;
    let first = Memo::new(Thing { n: 1 });
    let (list, dict) = (List::from([1]), Dict::from([(1, 1)]));
    let index = Index::from([(1, first.clone())]);
    let any = db0::fetch_any(first.uuid())?;
    all_here!(
        elsewhere: gone.read(),
        gone.get(|loose| loose.n),
        gone.write(),
        gone.update(|loose| loose.n = 2),
        any.set("n", "no number"),
        gone.attrs().set("a", 1),
        Memo::new(Thing { n: 1 }),
        first.update(|_| drop(first.write())),
        db0::tags(&first).add(""),
        db0::tags(&gone).add("tag"),
        list.set(1, 1),
        list.remove(1),
        index.add(2, &Memo::new(Thing { n: 1 })),
    );
    let reader = Workspace::open(Config::new(world.folder.path()).read_only())?;
    db0::commit()?;
    {
        let _entered = reader.enter();
        db0::open("default", Mode::ReadOnly)?;
        all_here!(
            elsewhere: Memo::new(Loose { n: 1 }),
            db0::singleton(|| Root { loose: None }),
            db0::current().dict::<u32, u32>("none").insert(1, 1),
        );
    }
    let before = db0::snapshot()?;
    let then = before.of(&first);
    all_here!(elsewhere: then.write(), db0::tags(&then).add("tag"), then.attrs().remove("a"));
    world.workspace.as_ref().expect("it is open").close()?;
    all_here!(
        elsewhere: first.read(),
        db0::find::<Thing>(()).count(),
        db0::find::<Thing>(()).iter(),
        dict.get(1),
        dict.iter(),
        dict.insert(1, 1),
        list.push(1),
        index.iter(),
        index.len(),
    );
    assert!(matches!(dict.try_get(1), Err(Error::Closed { .. })));
    panic::set_hook(hook);
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
    Ok(())
}
