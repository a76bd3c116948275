//! A commit is told to those who wait in other processes: by `wait` and by `on_change`.

use std::{
    path::Path,
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use db0::{Config, Error, Workspace};

use crate::child::{Child, say, told};

const LONG: Duration = Duration::from_mins(1);

#[db0::memo(singleton)]
struct Clock {
    ticks: u64,
}

fn writer(folder: &Path) -> Workspace {
    Workspace::open(Config::new(folder).autocommit(false)).expect("it opens")
}

/// Waits for each state that it is told, and says what it sees then.
pub(crate) fn waits(folder: &Path) {
    let workspace = db0::init(Config::new(folder).read_only()).expect("it opens");
    let prefix = workspace.current();
    let clock = db0::fetch_singleton::<Clock>().expect("it was committed");
    for state in told() {
        let state = state.parse().expect("a number");
        say("waits");
        assert!(db0::wait(&prefix, state, LONG).expect("it can wait"));
        say(clock.read().ticks);
    }
}

#[test]
fn who_waits_sees_the_state_it_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = writer(folder.path());
    let clock = workspace.singleton(|| Clock { ticks: 1 });
    workspace.commit().expect("it commits");
    let mut readers: Vec<_> = (0..3).map(|_| Child::start("waits", folder.path())).collect();
    for state in 2..100 {
        for reader in &mut readers {
            assert_eq!(reader.ask(&state.to_string()), "waits");
        }
        clock.write().ticks = state;
        assert_eq!(workspace.commit().expect("it commits"), state);
        for reader in &mut readers {
            assert_eq!(reader.hear(), Some(state.to_string()));
        }
    }
    assert!(readers.into_iter().all(|reader| reader.end().success()));
}

/// Says every state that it is told of, until its input ends.
pub(crate) fn is_told(folder: &Path) {
    let workspace = db0::init(Config::new(folder).read_only()).expect("it opens");
    let prefix = workspace.current();
    let clock = db0::fetch_singleton::<Clock>().expect("it was committed");
    let guard = prefix.on_change(move |state| {
        assert!(clock.read().ticks >= state, "the handle follows");
        say(state);
    });
    say("listens");
    told().for_each(drop);
    drop(guard);
    workspace.close().expect("it closes");
}

#[test]
fn who_listens_is_told_of_the_last_state() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = writer(folder.path());
    let clock = workspace.singleton(|| Clock { ticks: 1 });
    workspace.commit().expect("it commits");
    let mut reader = Child::start("is told", folder.path());
    assert_eq!(reader.hear().as_deref(), Some("listens"));
    let mut heard = 1;
    for state in 2..200 {
        clock.write().ticks = state;
        workspace.commit().expect("it commits");
        // Some are skipped, none comes twice, and the last one always comes.
        while state % 10 == 0 && heard < state {
            let next = reader.hear().expect("it is told").parse().expect("a number");
            assert!(heard < next && next <= state);
            heard = next;
        }
    }
    assert!(reader.end().success());
}

#[test]
fn a_process_is_told_of_its_own_states() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = writer(folder.path());
    let (tell, hear) = mpsc::channel();
    let prefix = workspace.current();
    let guard = prefix.on_change(move |state| tell.send(state).expect("it listens"));
    let clock = workspace.singleton(|| Clock { ticks: 1 });
    workspace.commit().expect("it commits");
    assert_eq!(hear.recv_timeout(LONG), Ok(1));
    clock.write().ticks = 2;
    workspace.commit().expect("it commits");
    assert_eq!(hear.recv_timeout(LONG), Ok(2));
    drop(guard);
    clock.write().ticks = 3;
    workspace.commit().expect("it commits");
    assert!(hear.recv().is_err(), "nobody is there to tell any more");
}

#[test]
fn a_listener_can_end_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = writer(folder.path());
    let prefix = workspace.current();
    let itself = Arc::new(Mutex::new(None));
    let (tell, hear) = mpsc::channel();
    let held = itself.clone();
    let mut place = itself.lock().expect("nobody panicked");
    *place = Some(prefix.on_change(move |state| {
        drop(held.lock().expect("nobody panicked").take());
        tell.send(state).expect("it listens");
    }));
    drop(place);
    let clock = workspace.singleton(|| Clock { ticks: 1 });
    workspace.commit().expect("it commits");
    assert_eq!(hear.recv_timeout(LONG), Ok(1));
    clock.write().ticks = 2;
    workspace.commit().expect("it commits");
    assert!(hear.recv().is_err(), "it was told once");
}

#[test]
fn a_closed_prefix_is_not_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = writer(folder.path());
    let prefix = workspace.current();
    let waiting = std::thread::spawn(move || db0::wait(&prefix, 1, Duration::MAX));
    workspace.close().expect("it closes");
    let result = waiting.join().expect("it ends");
    assert!(matches!(result, Err(Error::Closed { .. })), "{result:?}");
}

#[test]
fn a_future_learns_that_its_prefix_is_closed() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = writer(folder.path());
    let mut waiting = Box::pin(db0::wait_async(&workspace.current(), 1, Duration::MAX));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime").block_on(async {
        let soon = tokio::time::timeout(Duration::from_millis(5), &mut waiting);
        assert!(soon.await.is_err(), "there is no such state");
        workspace.close().expect("it closes");
        let told = tokio::time::timeout(LONG, waiting).await.expect("it ends");
        assert!(matches!(told, Err(Error::Closed { .. })), "{told:?}");
    });
}

#[test]
fn futures_wait_for_states_and_commits() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = writer(folder.path());
    let _entered = workspace.enter();
    let reader =
        Workspace::open(Config::new(folder.path()).read_only()).expect("it opens beside it");
    let (here, there) = (workspace.current(), reader.current());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime").block_on(async {
        assert!(!db0::wait_async(&there, 1, Duration::from_millis(1)).await.expect("it looks"));
        let clock = db0::singleton(|| Clock { ticks: 1 });
        for state in 1..50 {
            clock.write().ticks = state;
            assert_eq!(db0::commit_async().await.expect("it commits"), state);
            assert!(db0::wait_async(&here, state, LONG).await.expect("it waits"));
            assert!(db0::wait_async(&there, state, LONG).await.expect("it waits"));
            let seen = there.fetch_singleton::<Clock>().expect("it is there");
            assert_eq!(seen.read().ticks, state);
        }
    });
}
