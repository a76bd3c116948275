//! A number for each thread, cheaper to ask for than the standard library's id.

use std::{
    cell::Cell,
    marker::PhantomData,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    thread::Thread,
};

use dashmap::DashMap;

use super::thread_local;

static NEXT: AtomicU64 = AtomicU64::new(1);
static RUNNING: LazyLock<DashMap<u64, Thread>> = LazyLock::new(DashMap::new);

thread_local! {
    static NUMBER: Cell<u64> = const { Cell::new(0) };
    static COMMITS: Cell<bool> = const { Cell::new(false) };
    static REGISTERED: Cell<Option<Registered>> = const { Cell::new(None) };
}

/// A thread that can be found by its number until it ends.
struct Registered(u64);

impl Drop for Registered {
    fn drop(&mut self) {
        RUNNING.remove(&self.0);
    }
}

/// This thread commits until it is dropped: user code that it runs may not wait for others, who may
/// be waiting for it.
pub(crate) struct Committing(PhantomData<*const ()>);

impl Committing {
    pub(crate) fn begin() -> Self {
        COMMITS.set(true);
        Self(PhantomData)
    }
}

impl Drop for Committing {
    fn drop(&mut self) {
        COMMITS.set(false);
    }
}

/// This is a thread that commits.
#[inline]
pub(crate) fn is_committer() -> bool {
    COMMITS.get()
}

/// This thread's number, never zero and never used twice in a process.
#[inline]
pub(crate) fn thread_number() -> u64 {
    NUMBER.with(|number| if number.get() == 0 { first_time(number) } else { number.get() })
}

#[cold]
fn first_time(number: &Cell<u64>) -> u64 {
    let mine = NEXT.fetch_add(1, Ordering::Relaxed);
    number.set(mine);
    // A thread that is ending already needs no name any more.
    let registered = REGISTERED.try_with(|registered| registered.set(Some(Registered(mine))));
    if registered.is_ok() {
        RUNNING.insert(mine, std::thread::current());
    }
    mine
}

/// What to call a thread in a message.
pub(crate) fn thread_name(number: u64) -> Option<String> {
    let thread = RUNNING.get(&number)?;
    let unnamed = || format!("{:?}", thread.id());
    Some(thread.name().map_or_else(unnamed, |name| format!("thread {name:?}")))
}
