//! Subscriptions with a callback and as a stream: every state once, in order, at the subscriber's own pace,
//! and none after it has been dropped.

mod common;

use std::{
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use common::World;
use db0::{Commit, CommitStream, Error, Memo};
use futures_core::Stream;

const LONG: Duration = Duration::from_mins(1);

#[db0::memo(keep)]
struct Note {
    n: u64,
}

fn write(memo: &Memo<Note>, n: u64) {
    memo.write().n = n;
    db0::commit().expect("it commits");
}

/// The state's number, which is what the note says after it.
fn checked(commit: &Commit<Note>) -> u64 {
    let [changed] = &commit.changes[..] else { panic!("{commit:?}") };
    assert_eq!(changed.after.as_ref().expect("it is there").read().n, commit.state);
    commit.state
}

async fn next(commits: &mut CommitStream<Note>) -> Option<db0::Result<Commit<Note>>> {
    poll_fn(|context| Pin::new(&mut *commits).poll_next(context)).await
}

fn run<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime
        .expect("a runtime")
        .block_on(async { tokio::time::timeout(LONG, future).await.expect("it comes to its end") })
}

#[test]
fn a_callback_that_takes_its_time_holds_up_nobody_and_misses_nothing() {
    const STATES: u64 = 300;
    let _world = World::new();
    let memo = Memo::new(Note { n: 0 });
    let (go, wait) = mpsc::channel();
    let (tell, told) = mpsc::channel();
    let listening = db0::subscribe::<Note>(()).on_commit(move |commit| {
        let state = checked(&commit.expect("it is kept"));
        tell.send(state).expect("it listens");
        if state == 1 {
            wait.recv().expect("it goes on");
        }
    });
    write(&memo, 1);
    assert_eq!(told.recv_timeout(LONG), Ok(1));
    // It is in the middle of the first one, and all of these are committed.
    (2..=STATES).for_each(|n| write(&memo, n));
    assert!(told.try_recv().is_err());
    go.send(()).expect("it waits");
    assert!(told.iter().take(STATES as usize - 1).eq(2..=STATES));
    drop(listening);
    write(&memo, STATES + 1);
    assert!(told.recv().is_err(), "it is not called any more");
}

#[test]
fn dropping_waits_for_the_call_that_goes_on_and_for_no_other() {
    let _world = World::new();
    let memo = Memo::new(Note { n: 0 });
    let calls = Arc::new(AtomicU64::new(0));
    let (tell, called) = mpsc::channel();
    let listening = {
        let calls = calls.clone();
        db0::subscribe::<Note>(()).on_commit(move |_| {
            tell.send(()).expect("it listens");
            thread::sleep(Duration::from_millis(50));
            calls.fetch_add(1, Ordering::SeqCst);
        })
    };
    (1..=20).for_each(|n| write(&memo, n));
    called.recv_timeout(LONG).expect("it is called");
    drop(listening);
    let done = calls.load(Ordering::SeqCst);
    assert!((1..20).contains(&done), "{done} calls");
    thread::sleep(Duration::from_millis(120));
    assert_eq!(calls.load(Ordering::SeqCst), done);
}

#[test]
fn a_callback_may_end_itself() {
    let _world = World::new();
    let memo = Memo::new(Note { n: 0 });
    let place = Arc::new(Mutex::new(None));
    let (tell, told) = mpsc::channel();
    let held = place.clone();
    let mut filled = place.lock().expect("nobody panicked");
    *filled = Some(db0::subscribe::<Note>(()).on_commit(move |commit| {
        drop(held.lock().expect("nobody panicked").take());
        tell.send(checked(&commit.expect("it is kept"))).expect("it listens");
    }));
    drop(filled);
    (1..=3).for_each(|n| write(&memo, n));
    assert!(told.iter().eq([1]));
}

#[test]
fn a_callback_is_told_once_that_history_went_on_without_it() {
    let _world = World::new();
    let memo = Memo::new(Note { n: 0 });
    (1..=9).for_each(|n| write(&memo, n));
    db0::prune_history(..6).expect("it prunes");
    let (tell, told) = mpsc::channel();
    let _listening = db0::subscribe::<Note>(())
        .since(2)
        .on_commit(move |commit| tell.send(commit.map(|commit| commit.state)).expect("it listens"));
    let error = told.recv_timeout(LONG).expect("it is told");
    let Err(Error::Pruned { oldest }) = error else { panic!("{error:?}") };
    assert!(told.recv_timeout(LONG).is_err(), "after an error it ends");
    let (tell, told) = mpsc::channel();
    let _listening = db0::subscribe::<Note>(())
        .since(oldest)
        .on_commit(move |commit| tell.send(checked(&commit.expect("kept"))).expect("it listens"));
    assert!(told.iter().take(3).eq(7..=9));
}

#[test]
fn a_stream_gives_every_state_and_ends_with_its_prefix() {
    const STATES: u64 = 100;
    let world = World::new();
    let memo = Memo::new(Note { n: 0 });
    let mut commits = db0::subscribe::<Note>(()).stream();
    run(async {
        for n in 1..=STATES {
            write(&memo, n);
            // Sometimes it falls behind.
            if n % 7 == 0 {
                continue;
            }
            while checked(&next(&mut commits).await.expect("it goes on").expect("it is kept")) < n {
            }
        }
        world.workspace.as_ref().expect("it is open").close().expect("it closes");
        assert!(next(&mut commits).await.is_none());
    });
}

#[test]
fn a_stream_reads_little_ahead_and_learns_where_to_go_on() {
    let _world = World::new();
    let memo = Memo::new(Note { n: 0 });
    let mut commits = db0::subscribe::<Note>(()).stream();
    (1..=50).for_each(|n| write(&memo, n));
    thread::sleep(Duration::from_millis(100));
    db0::prune_history(..40).expect("it prunes");
    run(async {
        let mut seen = 0;
        let oldest = loop {
            match next(&mut commits).await.expect("it goes on") {
                Ok(commit) => {
                    seen += 1;
                    assert_eq!(checked(&commit), seen);
                }
                Err(Error::Pruned { oldest }) => break oldest,
                Err(error) => panic!("{error}"),
            }
        };
        assert!(seen <= 3, "{seen} were read ahead");
        assert!(next(&mut commits).await.is_none(), "after an error it ends");
        let mut commits = db0::subscribe::<Note>(()).since(oldest).stream();
        for n in 41..=50 {
            let commit = next(&mut commits).await.expect("it goes on").expect("it is kept");
            assert_eq!(checked(&commit), n);
        }
    });
}

#[test]
fn a_stream_is_dropped_in_the_middle() {
    let _world = World::new();
    let memo = Memo::new(Note { n: 0 });
    for polled in [0, 1, 5] {
        let mut commits = db0::subscribe::<Note>(()).since(0).stream();
        let state = db0::state();
        (state + 1..=state + 20).for_each(|n| write(&memo, n));
        run(async {
            for n in 1..=polled {
                let commit = next(&mut commits).await.expect("it goes on").expect("it is kept");
                assert_eq!(checked(&commit), n);
            }
        });
        // Its thread may be waiting for somebody to take what it has read.
        let began = Instant::now();
        drop(commits);
        assert!(began.elapsed() < LONG / 2);
    }
}
