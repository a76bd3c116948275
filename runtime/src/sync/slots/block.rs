//! The slots of a thread, where it notes what it looks at.

use std::{array, cell::Cell, ptr};

use super::barrier;
use crate::sync::{
    atomic::{AtomicBool, AtomicPtr, Ordering},
    statics, thread_local, yield_now,
};

/// How many values a thread can look at without counting.
const SLOTS: usize = 8;

/// Names a value that somebody looks at, or nothing.
pub(super) type Slot = AtomicPtr<()>;

/// One thread's slots, on a cache line of their own. Blocks are never freed: one is handed on to
/// another thread when its own ends, also if looks that were sent elsewhere still use some slots.
#[repr(align(64))]
pub(super) struct Block {
    slots: [Slot; SLOTS],
    taken: AtomicBool,
    /// Set before the block is published, and never again.
    next: AtomicPtr<Block>,
}

statics! {
    static ALL: AtomicPtr<Block> = AtomicPtr::new(ptr::null_mut());
}

thread_local! {
    /// Needs no destructor, so that it can be asked at any time.
    static MINE: Cell<Option<&'static Block>> = const { Cell::new(None) };
    static OWNER: Owner = const { Owner(Cell::new(None)) };
}

/// Hands the block on when the thread ends.
struct Owner(Cell<Option<&'static Block>>);

impl Drop for Owner {
    fn drop(&mut self) {
        MINE.set(None);
        if let Some(block) = self.0.take() {
            block.taken.store(false, Ordering::Release);
        }
    }
}

/// All blocks there are.
fn all() -> impl Iterator<Item = &'static Block> {
    let mut next = ALL.load(Ordering::Acquire);
    std::iter::from_fn(move || {
        // SAFETY: the list holds blocks that were leaked, so they live for ever, and a block is in
        // it only after it was made; the Acquire loads here see the Release that put it there.
        let block: &'static Block = unsafe { next.as_ref()? };
        next = block.next.load(Ordering::Acquire);
        Some(block)
    })
}

impl Block {
    /// A block that no thread has.
    fn take() -> &'static Self {
        let is_free = |block: &&Block| !block.taken.swap(true, Ordering::Acquire);
        if let Some(block) = all().find(is_free) {
            return block;
        }
        let block: &'static Self = Box::leak(Box::new(Self {
            slots: array::from_fn(|_| Slot::new(ptr::null_mut())),
            taken: AtomicBool::new(true),
            next: AtomicPtr::new(ptr::null_mut()),
        }));
        let mut first = ALL.load(Ordering::Acquire);
        loop {
            block.next.store(first, Ordering::Release);
            let me = ptr::from_ref(block).cast_mut();
            match ALL.compare_exchange_weak(first, me, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return block,
                Err(newer) => first = newer,
            }
        }
    }

    /// A slot that names nothing. Only the block's owner fills slots, so it stays free.
    #[inline]
    fn free(&'static self) -> Option<&'static Slot> {
        self.slots.iter().find(|slot| slot.load(Ordering::Relaxed).is_null())
    }
}

/// Calls `work` with a free slot of this thread, if there is one.
#[inline]
pub(super) fn with_slot<R>(work: impl FnOnce(Option<&'static Slot>) -> R) -> R {
    match MINE.get() {
        Some(block) => work(block.free()),
        None => first_time(work),
    }
}

#[cold]
fn first_time<R>(work: impl FnOnce(Option<&'static Slot>) -> R) -> R {
    barrier::decide();
    // A thread that is ending has no block of its own any more, and never again.
    let taken = OWNER.try_with(|owner| {
        let block = Block::take();
        owner.0.set(Some(block));
        MINE.set(Some(block));
        block
    });
    work(taken.ok().and_then(Block::free))
}

/// Calls `work` with a slot that it must have emptied when it returns: for a thread whose own are
/// all in use.
#[cold]
pub(super) fn with_borrowed<R>(mut work: impl FnMut(&'static Slot) -> R) -> R {
    loop {
        let block = Block::take();
        let result = block.free().map(&mut work);
        block.taken.store(false, Ordering::Release);
        if let Some(result) = result {
            return result;
        }
        yield_now();
    }
}

/// What all threads look at, ascending.
pub(super) fn looked_at() -> Vec<*mut ()> {
    let slots = all().flat_map(|block| &block.slots);
    let mut named: Vec<_> =
        slots.map(|slot| slot.load(Ordering::Acquire)).filter(|named| !named.is_null()).collect();
    named.sort_unstable();
    named
}
