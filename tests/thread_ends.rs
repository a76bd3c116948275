//! A thread's own data may read and write when it is dropped, whatever else of the thread is gone by then.

mod common;

use std::{
    cell::RefCell,
    sync::{Arc, Mutex},
    thread,
};

use common::World;
use db0::{AnyMemo, Error, List, Memo, Write};

#[db0::memo(keep)]
struct Count {
    hits: u64,
    #[db0(index)]
    name: String,
    last: Option<Memo<Count>>,
    log: List<u64>,
}

fn count(name: &str, last: Option<Memo<Count>>) -> Count {
    Count { hits: 0, name: name.into(), last, log: List::new() }
}

type Found = Arc<Mutex<Vec<String>>>;

/// What a thread has gathered, and adds to the whole at its end.
struct Gathered {
    total: Memo<Count>,
    found: Found,
    work: Work<String>,
}

impl Drop for Gathered {
    fn drop(&mut self) {
        let found = (self.work)(&self.total);
        self.found.lock().expect("nobody panics").push(found);
    }
}

thread_local! {
    static GATHERED: RefCell<Option<Gathered>> = const { RefCell::new(None) };
    static GUARD: RefCell<Option<Write<'static, Count>>> = const { RefCell::new(None) };
}

type Work<R> = fn(&Memo<Count>) -> R;

/// What `work` gives in the last moments of a thread that has done something before.
fn at_the_end(total: &Memo<Count>, before: Work<()>, work: Work<String>) -> String {
    let found = Found::default();
    let gathered = Gathered { total: total.clone(), found: found.clone(), work };
    let thread = thread::spawn(move || {
        let total = gathered.total.clone();
        GATHERED.set(Some(gathered));
        before(&total);
    });
    thread.join().expect("it ends");
    let found = found.lock().expect("nobody panics");
    found.join("")
}

#[test]
fn what_it_does_is_done() {
    let world = World::new();
    let total = Memo::new(count("total", None));
    let all_kinds: Work<()> = |total| {
        total.update(|total| total.hits += 1);
        total.read().log.push(1);
        total.attrs().set("seen", 1);
        serde_json::to_string(&total.export(1)).expect("plain data");
    };
    let end = |work| at_the_end(&total, all_kinds, work);
    assert_eq!(end(|total| total.update(|total| total.hits * 10).to_string()), "10");
    assert_eq!(end(|total| format!("{:?}", total.try_update(|total| total.hits = 7))), "Ok(())");
    assert_eq!(total.read().hits, 7);
    let made = end(|total| {
        let place = AnyMemo::from(total);
        let last = total.update(|total| total.last.take());
        let weak = total.downgrade().upgrade().is_some();
        total.update(|total| total.name = "whole".into());
        format!("{:?} {} {weak}", place.get("hits"), last.is_none())
    });
    assert_eq!(made, "Some(Int(8)) true true");
    assert_eq!(db0::find::<Count>(Count::NAME.eq("whole")).count(), 1);
    assert_eq!(end(|total| (total.read().log.push(5), total.read().log.len()).1.to_string()), "5");
    assert_eq!(end(|total| total.attrs().get::<u8>("seen").unwrap_or(9).to_string()), "1");
    assert_eq!(
        end(|total| serde_json::to_value(total.export(0)).expect("plain data")["name"].to_string()),
        "\"whole\""
    );
    db0::tags(&total).add("one");
    assert_eq!(end(|total| format!("{}", db0::tags(total).remove("one").list().len())), "0");
    drop(world);
}

#[test]
fn free_functions_mean_what_the_process_does() {
    let folder = tempfile::tempdir().expect("a folder");
    db0::init(db0::Config::new(folder.path()).autocommit(false)).expect("it opens");
    let total = Memo::new(count("total", None));
    let before: Work<()> = |total| {
        total.update(|total| total.hits += 1);
        db0::view(|| db0::find::<Count>(()).count());
    };
    let made = at_the_end(&total, before, |total| {
        let made = Memo::new(count("made", Some(total.clone())));
        let inside = db0::atomic(|| -> db0::Result<_> {
            made.update(|made| made.hits = 3);
            db0::view(|| Ok(made.read().hits))
        });
        let committed = db0::commit().expect("it commits");
        let then = db0::snapshot().expect("a state").find::<Count>(()).count();
        db0::delete(&made).expect("nothing refers to it");
        format!("{inside:?} {committed} {then} {}", db0::find::<Count>(()).count())
    });
    assert_eq!(made, "Ok(3) 1 2 1");
    db0::close().expect("it closes");
}

#[test]
fn a_guard_is_published_with_its_thread() {
    let _world = World::new();
    let total: &'static Memo<Count> = Box::leak(Box::new(Memo::new(count("total", None))));
    let thread = thread::spawn(|| {
        GUARD.with_borrow(|_| ());
        let mut guard = total.write();
        guard.hits = 4;
        GUARD.set(Some(guard));
    });
    thread.join().expect("it ends");
    assert_eq!(total.read().hits, 4);
    total.update(|total| total.hits += 1);
    assert_eq!(total.read().hits, 5);
}

#[test]
fn who_leaks_a_guard_is_told_where() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = db0::Config::new(folder.path()).turn_timeout(std::time::Duration::from_millis(20));
    let workspace = db0::Workspace::open(config).expect("it opens");
    let total = workspace.create(count("total", None));
    let leaking = total.clone();
    thread::spawn(move || std::mem::forget(leaking.write())).join().expect("it ends");
    let error = total.try_update(|total| total.hits = 1).expect_err("the turn was not given back");
    assert!(matches!(error, Error::Busy { .. }));
    let text = error.to_string();
    assert!(
        text.contains("ended without dropping its guard, since tests/thread_ends.rs:"),
        "{text}"
    );
}
