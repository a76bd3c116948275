//! What nobody counts any more, until nobody looks at it either.

use std::{
    cell::{Cell, RefCell},
    mem,
    ops::RangeInclusive,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr::NonNull,
};

use super::{barrier, block};
use crate::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
    statics, thread_local,
};

/// So many values, or so many bytes, are worth a barrier.
const VALUES: usize = 128;
const BYTES: usize = 1 << 20;

/// A value without a share: whoever takes it out of a bag frees it.
#[derive(Clone, Copy)]
pub(super) struct Garbage {
    node: NonNull<()>,
    weight: usize,
    free: unsafe fn(NonNull<()>),
}

// SAFETY: it stands for a `Counted<T>` with `T: Send + Sync`, which any thread may drop.
unsafe impl Send for Garbage {}

impl Garbage {
    pub(super) fn new(node: NonNull<()>, weight: usize, free: unsafe fn(NonNull<()>)) -> Self {
        Self { node, weight, free }
    }
}

statics! {
    static BAG: Mutex<Vec<Garbage>> = Mutex::new(Vec::new());
    /// What the bag weighs, with a share for each value, to be asked without the lock.
    static WEIGHT: AtomicUsize = AtomicUsize::new(0);
}

/// What a value weighs beside its bytes: [`VALUES`] of them make a full bag.
const EACH: usize = BYTES / VALUES;

/// So much waits with the thread that retires it before it goes into the common bag.
const OWN_VALUES: usize = 16;
/// What is larger does not wait there, and nothing of unknown size.
const OWN_BYTES: RangeInclusive<usize> = 1..=1 << 12;
/// How many times as much as the common bag a thread's own may hold while it works in bulk: it is
/// emptied by who fills it, and soon.
const BULK_TIMES: usize = 32;

/// What a thread has retired: its own bag spares it the lock of the common one for most values.
struct Own {
    bag: Vec<Garbage>,
    in_bulk: bool,
}

impl Own {
    fn add(&mut self, garbage: Garbage) {
        self.bag.push(garbage);
        if self.in_bulk {
            BULK_WEIGHT.set(BULK_WEIGHT.get() + garbage.weight + EACH);
        } else if self.bag.len() >= OWN_VALUES || !OWN_BYTES.contains(&garbage.weight) {
            add_all(&mut self.bag);
        }
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        add_all(&mut self.bag);
    }
}

thread_local! {
    static OWN: RefCell<Own> = const { RefCell::new(Own { bag: Vec::new(), in_bulk: false }) };
    /// What a bag weighs that is filled in bulk.
    static BULK_WEIGHT: Cell<usize> = const { Cell::new(0) };
}

/// Runs no code of the value's: that waits for [`tend`].
pub(super) fn add(garbage: Garbage) {
    let added = OWN.try_with(|own| own.borrow_mut().add(garbage));
    // A thread that is ending has no bag of its own any more.
    if added.is_err() {
        add_all(&mut vec![garbage]);
    }
}

/// Puts values into the common bag.
fn add_all(bag: &mut Vec<Garbage>) {
    if !bag.is_empty() {
        WEIGHT.fetch_add(weight(bag), Ordering::Relaxed);
        BAG.lock().append(bag);
    }
}

/// Runs `work`, which retires many values: at the cost of a barrier for some thousands of them, and
/// of no lock. To be called where no lock is held.
pub(crate) fn in_bulk<R>(work: impl FnOnce() -> R) -> R {
    struct Emptied;
    impl Drop for Emptied {
        fn drop(&mut self) {
            let _ = OWN.try_with(|own| own.borrow_mut().in_bulk = false);
            tend_own();
        }
    }
    // A thread that is ending has no bag of its own any more: what it retires goes into the common one.
    let was = OWN.try_with(|own| mem::replace(&mut own.borrow_mut().in_bulk, true));
    let _emptied = was.is_ok_and(|was| !was).then_some(Emptied);
    work()
}

/// Empties the bag if much is in it. Values are dropped here, with the user's own `Drop`: to be
/// called where no lock is held.
#[inline]
pub(crate) fn tend() {
    if WEIGHT.load(Ordering::Relaxed) >= BYTES {
        tend_now();
    }
    if BULK_WEIGHT.get() >= BULK_TIMES * BYTES {
        tend_own();
    }
}

/// Drops everything in the bag that nobody looks at.
#[cold]
pub(crate) fn tend_now() {
    let bag = mem::take(&mut *BAG.lock());
    WEIGHT.fetch_sub(weight(&bag), Ordering::Relaxed);
    free(bag);
    tend_own();
}

/// As [`tend_now`], with what this thread has retired.
#[cold]
fn tend_own() {
    let own = OWN.try_with(|own| mem::take(&mut own.borrow_mut().bag));
    BULK_WEIGHT.set(0);
    free(own.unwrap_or_default());
}

fn weight(bag: &[Garbage]) -> usize {
    bag.iter().map(|garbage| garbage.weight + EACH).sum()
}

/// Drops what nobody looks at of what has left its place; the rest goes into the common bag.
fn free(bag: Vec<Garbage>) {
    if bag.is_empty() {
        return;
    }
    let looked_at = barrier::heavy().then(block::looked_at);
    let mut stays = Vec::new();
    for garbage in bag {
        match &looked_at {
            Some(named) if named.binary_search(&garbage.node.as_ptr()).is_err() => {
                // SAFETY: nobody has a share, so no place holds it, and nobody can come to look at
                // it any more; and no slot names it, so nobody does. It was added with the function
                // that frees its kind, and leaves a bag only here.
                let free = || unsafe { (garbage.free)(garbage.node) };
                // The others in the bag, and who comes by, have nothing to do with it.
                if catch_unwind(AssertUnwindSafe(free)).is_err() {
                    tracing::error!("a value's Drop panicked");
                }
            }
            _ => stays.push(garbage),
        }
    }
    if !stays.is_empty() {
        WEIGHT.fetch_add(weight(&stays), Ordering::Relaxed);
        BAG.lock().extend(stays);
    }
}
