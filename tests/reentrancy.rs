//! Code of the user's that db0 runs (Clone, Drop, Serialize, Deserialize, Ord, closures) may call db0:
//! that works or is an error, and nothing gets stuck.

mod common;

use std::{
    cell::Cell,
    cmp::Ordering,
    collections::{BTreeSet, HashMap},
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, LazyLock, Mutex, mpsc},
    thread,
    time::Duration,
};

use common::World;
use db0::{Config, Dict, Error, Index, List, Memo, Set, Workspace};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Code {
    Clone,
    Drop,
    Serialize,
    Deserialize,
    Compare,
}

type Run = Arc<dyn Fn(Code) + Send + Sync>;

/// What values of a number do in their code.
static HOOKS: LazyLock<Mutex<HashMap<u64, Run>>> = LazyLock::new(Mutex::default);

thread_local! {
    static RUNS: Cell<bool> = const { Cell::new(false) };
}

/// What is hooked runs on this thread.
struct Runs;

impl Drop for Runs {
    fn drop(&mut self) {
        RUNS.set(false);
    }
}

/// A value that runs what is hooked to its number.
struct Hook(u64);

impl Hook {
    fn run(&self, code: Code) {
        let hook = HOOKS.lock().expect("nobody panics with it").get(&self.0).cloned();
        if let Some(hook) = hook
            && !RUNS.replace(true)
        {
            let _no_longer = Runs;
            hook(code);
        }
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hook({})", self.0)
    }
}

impl Clone for Hook {
    fn clone(&self) -> Self {
        self.run(Code::Clone);
        Self(self.0)
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        self.run(Code::Drop);
    }
}

impl Serialize for Hook {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.run(Code::Serialize);
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Hook {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let hook = Self(u64::deserialize(deserializer)?);
        hook.run(Code::Deserialize);
        Ok(hook)
    }
}

impl PartialEq for Hook {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Hook {}

impl PartialOrd for Hook {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Hook {
    fn cmp(&self, other: &Self) -> Ordering {
        self.run(Code::Compare);
        self.0.cmp(&other.0)
    }
}

#[db0::memo]
struct Hooked {
    #[db0(index)]
    n: u64,
    hook: Hook,
    set: BTreeSet<Hook>,
    list: List<Hook>,
    dict: Dict<u64, Hook>,
    keys: Set<HookKey>,
    index: Index<HookKey, Memo<Hooked>>,
    friend: Option<Memo<Hooked>>,
}

/// A key that runs what is hooked to its number.
#[derive(db0::Key)]
struct HookKey {
    hook: u64,
    n: u64,
}

impl Clone for HookKey {
    fn clone(&self) -> Self {
        Hook(self.hook).run(Code::Clone);
        Self { ..*self }
    }
}

impl Drop for HookKey {
    fn drop(&mut self) {
        Hook(self.hook).run(Code::Drop);
    }
}

#[db0::memo]
struct Plain {
    n: u64,
    list: List<u64>,
    dict: Dict<String, u64>,
}

/// Everything that may be called, on other objects.
fn everything(workspace: &Workspace, other: &Memo<Plain>) {
    let _entered = workspace.enter();
    let list = other.try_read().map(|plain| plain.list.clone());
    let dict = other.try_read().map(|plain| plain.dict.clone());
    drop(other.try_update(|plain| plain.n += 1));
    let new = Memo::try_new(Plain { n: 1, list: List::new(), dict: Dict::new() });
    drop(new.map(|new| db0::delete(&new)));
    if let (Ok(list), Ok(dict)) = (list, dict) {
        drop(list.try_push(1));
        drop(list.try_to_vec());
        drop(dict.try_insert("a".into(), 1));
        drop(dict.try_get("a"));
    }
    drop(db0::tags(other).try_add("tag"));
    drop(catch_unwind(AssertUnwindSafe(|| db0::find::<Plain>("tag").count())));
    drop(db0::atomic(|| -> db0::Result<()> {
        other.try_update(|plain| plain.n += 1)?;
        Ok(())
    }));
    drop(db0::commit());
    drop(db0::snapshot());
    drop(db0::collect_cycles());
    drop(db0::try_clear_cache());
    drop(workspace.health());
}

/// Calls all that runs code of the user's.
fn work(number: u64, step: impl Fn(&str)) {
    let hook = || Hook(number);
    let new = |friend| {
        let set = BTreeSet::from([hook(), Hook(0)]);
        let (list, dict, keys, index) = (List::new(), Dict::new(), Set::new(), Index::new());
        Memo::new(Hooked { n: 0, hook: hook(), set, list, dict, keys, index, friend })
    };
    step("new");
    let one = new(None);
    step("publish");
    one.update(|hooked| hooked.n += 1);
    drop(catch_unwind(AssertUnwindSafe(|| {
        one.update(|_| std::panic::resume_unwind(Box::new("on purpose")));
    })));
    step("commit");
    drop(db0::commit());
    step("list");
    let (list, dict) = one.get(|one| (one.list.clone(), one.dict.clone()));
    list.extend([hook(), Hook(0), hook()]);
    list.set(0, hook());
    list.insert(1, hook());
    drop((list.get(0), list.contains(&hook()), list.index_of(&Hook(0)), list.to_vec()));
    list.sort();
    list.retain(|hook| hook.0 > 0);
    drop((list.pop(), list.remove(0), list.copy()));
    step("dict");
    dict.insert(1, hook());
    dict.update(1, |hook| hook.0 += 0);
    dict.update_or(2, hook(), |hook| hook.0 += 0);
    dict.retain(|_, hook| hook.0 > 0);
    drop((dict.get(1), dict.remove(1), dict.values().collect::<Vec<_>>()));
    step("keys");
    work_on_keys(number, &one);
    step("atomic");
    for succeeds in [true, false] {
        drop(db0::atomic(|| -> db0::Result<()> {
            let two = new(Some(one.clone()));
            two.update(|hooked| hooked.n += 1);
            one.update(|hooked| hooked.n += 1);
            one.read().list.push(hook());
            if succeeds { Ok(()) } else { Err(db0::abort("no")) }
        }));
    }
    step("attributes");
    one.attrs().set("hook", hook());
    drop(one.attrs().get::<Hook>("hook"));
    step("loading");
    let uuid = one.uuid();
    db0::tags(&one).add("hooked");
    drop((list, dict, one));
    drop(db0::commit());
    drop(db0::try_clear_cache());
    if let Ok(one) = db0::fetch::<Hooked>(uuid) {
        drop(one.try_read());
        step("export and untyped");
        drop(serde_json::to_value(one.export(1)));
        drop(db0::AnyMemo::from(&one).try_set("n", 7));
        step("deletion");
        drop(db0::delete(&one));
    }
    drop(db0::commit());
    step("many versions");
    let many = new(None);
    for _ in 0..300 {
        many.update(|hooked| hooked.n += 1);
    }
    drop(many);
    drop(db0::commit());
}

/// As [`work`], with keys.
fn work_on_keys(number: u64, one: &Memo<Hooked>) {
    let (keys, index) = one.get(|one| (one.keys.clone(), one.index.clone()));
    let key = |n| HookKey { hook: number, n };
    keys.extend([key(1), key(2), key(3)]);
    drop((keys.insert(key(4)), keys.contains(key(2)), keys.remove(key(1)), keys.first()));
    keys.retain(|key| key.n > 2);
    drop((keys.iter().collect::<Vec<_>>(), keys.range(key(2)..key(4)).count(), keys.pop_last()));
    index.add(key(1), one);
    index.add(key(2), one);
    drop((index.range(key(1)..=key(2)).collect::<Vec<_>>(), index.remove(key(1), one)));
}

/// Runs all of `work` with `code` calling everything there is; fails if it gets stuck.
fn never_stuck(number: u64, code: Code, config: fn(Config) -> Config) {
    let (tell, told) = mpsc::channel();
    let runner = thread::spawn(move || {
        let folder = tempfile::tempdir().expect("a folder");
        let workspace = Workspace::open(config(Config::new(folder.path()))).expect("it opens");
        let _entered = workspace.enter();
        let other = Memo::new(Plain { n: 0, list: List::new(), dict: Dict::new() });
        let theirs = workspace.clone();
        let run = move |runs| {
            if runs == code {
                everything(&theirs, &other);
            }
        };
        HOOKS.lock().expect("nobody panics with it").insert(number, Arc::new(run));
        work(number, |step| tell.send(step.to_owned()).expect("somebody listens"));
        let hook = HOOKS.lock().expect("nobody panics with it").remove(&number);
        drop(hook); // not under the lock: what it holds may run another one
        tell.send("closing".into()).expect("somebody listens");
        workspace.close().expect("it closes");
    });
    let mut last = String::new();
    loop {
        match told.recv_timeout(Duration::from_mins(1)) {
            Ok(step) => last = step,
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("stuck in {last}, {code:?}"),
        }
    }
    runner.join().unwrap_or_else(|_| panic!("failed in {last}, {code:?}"));
}

macro_rules! never_stuck {
    ($($name:ident: $number:literal, $code:ident;)*) => {$(
        #[test]
        fn $name() {
            never_stuck($number, Code::$code, |config| config.autocommit(false));
            let often = |config: Config| config.autocommit_interval(Duration::from_millis(1));
            never_stuck($number + 1, Code::$code, often);
        }
    )*};
}

never_stuck! {
    clone_may_call: 10, Clone;
    drop_may_call: 20, Drop;
    serialize_may_call: 30, Serialize;
    deserialize_may_call: 40, Deserialize;
    comparison_may_call: 50, Compare;
}

#[test]
fn a_serialize_that_writes_is_told() {
    let world = World::new();
    let workspace = world.workspace.clone().expect("it is open");
    let other = Memo::new(Plain { n: 0, list: List::new(), dict: Dict::new() });
    let (tell, told) = mpsc::channel();
    let theirs = other.clone();
    let run = move |code| {
        if code == Code::Serialize {
            let _entered = workspace.enter();
            let _ = tell.send(theirs.try_update(|plain| plain.n += 1));
        }
    };
    HOOKS.lock().expect("nobody panics with it").insert(60, Arc::new(run));
    let list = List::new();
    list.push(Hook(60));
    let hook = HOOKS.lock().expect("nobody panics with it").remove(&60);
    drop(hook); // not under the lock: what it holds may run another one
    let refused: Vec<_> = told.try_iter().collect();
    assert!(!refused.is_empty());
    assert!(refused.iter().all(|result| matches!(result, Err(Error::Misuse { .. }))));
    assert_eq!(other.read().n, 0);
}

fn hooked(number: u64) -> Memo<Hooked> {
    let (set, list) = (BTreeSet::new(), List::new());
    let (dict, keys, index) = (Dict::new(), Set::new(), Index::new());
    Memo::new(Hooked { n: 0, hook: Hook(number), set, list, dict, keys, index, friend: None })
}

fn panic_in(number: u64, code: Code) {
    let run = move |runs| {
        assert!(runs != code, "on purpose");
    };
    HOOKS.lock().expect("nobody panics with it").insert(number, Arc::new(run));
}

fn panic_no_more(number: u64) {
    let hook = HOOKS.lock().expect("nobody panics with it").remove(&number);
    drop(hook); // not under the lock: what it holds may run another one
}

#[test]
fn a_clone_or_serialize_that_panics_leaves_the_old_version() {
    let mut world = World::new();
    for (number, code) in [(70, Code::Clone), (71, Code::Serialize)] {
        let one = hooked(number);
        one.update(|one| one.n = 1);
        db0::tags(&one).add("kept");
        panic_in(number, code);
        let update = || one.update(|one| one.n = 2);
        assert!(catch_unwind(AssertUnwindSafe(update)).is_err(), "{code:?}");
        let push = || one.get(|one| one.list.clone()).push(Hook(number));
        assert_eq!(catch_unwind(AssertUnwindSafe(push)).is_err(), code == Code::Serialize);
        panic_no_more(number);
        assert_eq!(one.read().n, 1);
        one.update(|one| one.n += 2);
        db0::commit().expect("it commits");
    }
    world.reopen();
    let all = db0::find::<Hooked>("kept");
    assert_eq!(all.iter().map(|one| one.read().n).collect::<Vec<_>>(), [3, 3]);
}

#[test]
fn a_drop_that_panics_hurts_nobody_else() {
    let mut world = World::new();
    let one = hooked(72);
    let other = hooked(0);
    db0::tags([&one, &other]).add("kept");
    panic_in(72, Code::Drop);
    for _ in 0..1000 {
        // Its own thread may have to drop a value, and then it is told.
        drop(catch_unwind(AssertUnwindSafe(|| one.update(|one| one.n += 1))));
        other.update(|other| other.n += 1);
        if other.read().n.is_multiple_of(100) {
            db0::commit().expect("it commits");
        }
    }
    panic_no_more(72);
    assert_eq!((one.read().n, other.read().n), (1000, 1000));
    drop((one, other));
    world.reopen();
    assert!(db0::find::<Hooked>("kept").iter().all(|one| one.read().n == 1000));
}

#[test]
fn a_deserialize_that_panics_in_a_commit_fails_that_and_no_more() {
    let mut world = World::new();
    let one = hooked(73);
    let other = Memo::new(Plain { n: 1, list: List::new(), dict: Dict::new() });
    db0::tags(&other).add("other");
    let list = one.get(|one| one.list.clone());
    list.extend([Hook(73), Hook(73)]);
    db0::tags(&one).add("kept");
    let uuid = one.uuid();
    drop((one, list, other));
    world.reopen();
    let other = db0::find::<Plain>("other").first().expect("it is there");
    // From the first new one on, the program says which keys an object has.
    drop(hooked(0));
    panic_in(73, Code::Deserialize);
    let one = db0::find::<Hooked>("kept").first().expect("it is there");
    assert!(catch_unwind(AssertUnwindSafe(|| drop(one.try_read()))).is_err());
    db0::tags(&one).remove("kept");
    drop(one);
    other.update(|plain| plain.n = 2);
    let committed = db0::commit();
    panic_no_more(73);
    let error = committed.expect_err("it has to read what dies").to_string();
    assert!(error.contains("panicked"), "{error}");
    db0::commit().expect("what waited goes now");
    assert!(!db0::exists::<Hooked>(uuid));
    assert_eq!(db0::snapshot().expect("a snapshot").of(&other).read().n, 2);
}

#[test]
fn a_listener_may_call() {
    let (tell, told) = mpsc::channel();
    let runner = thread::spawn(move || {
        let world = World::new();
        let workspace = world.workspace.clone().expect("it is open");
        let other = Memo::new(Plain { n: 0, list: List::new(), dict: Dict::new() });
        let prefix = workspace.current();
        let theirs = (workspace.clone(), other.clone());
        let _listening = prefix.on_change(move |_| {
            everything(&theirs.0, &theirs.1);
            let _ = tell.send(());
        });
        for _ in 0..20 {
            other.update(|other| other.n += 1);
            prefix.commit().expect("it commits");
        }
    });
    let patience = Duration::from_mins(1);
    while told.recv_timeout(patience) != Err(mpsc::RecvTimeoutError::Disconnected) {
        assert_ne!(told.recv_timeout(patience), Err(mpsc::RecvTimeoutError::Timeout), "stuck");
    }
    runner.join().expect("it ends");
}

#[test]
fn a_closure_may_call_the_same_collection() {
    let (tell, told) = mpsc::channel();
    let runner = thread::spawn(move || {
        let _world = World::new();
        let list: List<u64> = (0..10).collect();
        let dict: Dict<u64, u64> = (0..10).map(|n| (n, n)).collect();
        let calls = || {
            drop((list.try_push(1), list.try_get(0), list.try_pop(), list.try_to_vec()));
            drop((dict.try_insert(1, 1), dict.try_get(1), dict.try_remove(2)));
            drop(db0::commit());
        };
        list.retain(|n| {
            calls();
            *n > 0
        });
        list.sort_by(|one, other| {
            calls();
            one.cmp(other)
        });
        dict.retain(|_, n| {
            calls();
            *n > 1
        });
        dict.update(3, |n| {
            calls();
            *n += 1;
        });
        dict.update_or(30, 0, |_| calls());
        list.iter().for_each(|_| calls());
        dict.iter().for_each(|_| calls());
        list.extend((0..3).inspect(|_| calls()));
        dict.extend((0..3).map(|n| (n, n)).inspect(|_| calls()));
        assert!(dict.get(30).is_some());
        drop(tell);
    });
    let end = told.recv_timeout(Duration::from_mins(1));
    assert_eq!(end, Err::<(), _>(mpsc::RecvTimeoutError::Disconnected), "stuck");
    runner.join().expect("it ends");
}
