//! What nobody counts any more, until nobody looks at it either.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr::NonNull,
    sync::atomic::{AtomicUsize, Ordering},
};

use super::{barrier, block};
use crate::sync::Mutex;

/// So many values, or so many bytes, are worth a barrier.
const VALUES: usize = 128;
const BYTES: usize = 1 << 20;

/// A value without a share.
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

static BAG: Mutex<Vec<Garbage>> = Mutex::new(Vec::new());
/// What the bag weighs, with a share for each value, to be asked without the lock.
static WEIGHT: AtomicUsize = AtomicUsize::new(0);

/// What a value weighs beside its bytes: [`VALUES`] of them make a full bag.
const EACH: usize = BYTES / VALUES;

/// Runs no code of the value's: that waits for [`tend`].
pub(super) fn add(garbage: Garbage) {
    WEIGHT.fetch_add(garbage.weight + EACH, Ordering::Relaxed);
    BAG.lock().push(garbage);
}

/// Empties the bag if much is in it. Values are dropped here, with the user's own `Drop`: to be
/// called where no lock is held.
#[inline]
pub(crate) fn tend() {
    if WEIGHT.load(Ordering::Relaxed) >= BYTES {
        tend_now();
    }
}

/// Drops everything in the bag that nobody looks at.
#[cold]
pub(crate) fn tend_now() {
    let bag = mem::take(&mut *BAG.lock());
    if bag.is_empty() {
        return;
    }
    let weight: usize = bag.iter().map(|garbage| garbage.weight + EACH).sum();
    WEIGHT.fetch_sub(weight, Ordering::Relaxed);
    // Everything in the bag left its place before it came here.
    let looked_at = barrier::heavy().then(block::looked_at);
    let mut stays = Vec::new();
    for garbage in bag {
        match &looked_at {
            Some(named) if named.binary_search(&garbage.node.as_ptr()).is_err() => {
                // SAFETY: nobody has a share, so no place holds it, and nobody can come to look at
                // it any more; and no slot names it, so nobody does. It was added with the function
                // that frees its kind, and leaves the bag only here.
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
        let weight: usize = stays.iter().map(|garbage| garbage.weight + EACH).sum();
        WEIGHT.fetch_add(weight, Ordering::Relaxed);
        BAG.lock().extend(stays);
    }
}
