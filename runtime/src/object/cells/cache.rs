//! Recently used cells, kept in memory up to a number of bytes.

use std::{
    collections::VecDeque,
    mem,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::any_cell::AnyCell;
use crate::sync::Mutex;

/// A rough price of a cell beside its value.
const CELL_BYTES: usize = 300;

/// Keeps cells alive, and lets go of those that have not been read for the longest: each is looked
/// at in turn, and stays for another round if it was read since.
pub(in crate::object) struct Cache {
    turns: Mutex<Turns>,
    capacity: AtomicUsize,
}

#[derive(Default)]
struct Turns {
    cells: VecDeque<(Arc<dyn AnyCell>, usize)>,
    bytes: usize,
    loads: u64,
}

/// How much of a prefix is kept in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheStats {
    /// Objects that are kept though nobody may be using them.
    pub objects: usize,
    /// A rough size of those.
    pub bytes: usize,
    /// What they may take.
    pub capacity: usize,
    /// How many objects have been read from the file.
    pub loads: u64,
}

impl Cache {
    pub(in crate::object) fn new(capacity: usize) -> Self {
        Self { turns: Mutex::default(), capacity: AtomicUsize::new(capacity) }
    }

    /// Takes in a cell that has just been loaded from a row of so many bytes.
    pub(in crate::object) fn add(&self, cell: Arc<dyn AnyCell>, row_bytes: usize) {
        let price = 2 * row_bytes + CELL_BYTES;
        let gone = {
            let mut turns = self.turns.lock();
            turns.loads += 1;
            turns.bytes += price;
            turns.cells.push_back((cell, price));
            turns.shrink(self.capacity.load(Ordering::Relaxed))
        };
        drop(gone); // the user's Drop may run: not under the lock
    }

    /// Changes how much is kept, at once.
    pub(in crate::object) fn set_capacity(&self, bytes: usize) {
        self.capacity.store(bytes, Ordering::Relaxed);
        let gone = self.turns.lock().shrink(bytes);
        drop(gone);
    }

    /// Lets go of everything.
    pub(in crate::object) fn clear(&self) {
        let gone = {
            let mut turns = self.turns.lock();
            turns.bytes = 0;
            mem::take(&mut turns.cells)
        };
        drop(gone);
    }

    pub(in crate::object) fn stats(&self) -> CacheStats {
        let turns = self.turns.lock();
        CacheStats {
            objects: turns.cells.len(),
            bytes: turns.bytes,
            capacity: self.capacity.load(Ordering::Relaxed),
            loads: turns.loads,
        }
    }
}

impl Turns {
    fn shrink(&mut self, capacity: usize) -> Vec<Arc<dyn AnyCell>> {
        let mut gone = Vec::new();
        // Each is given at most one more round: under pressure, all of them may have been read.
        let mut rounds = self.cells.len();
        while self.bytes > capacity {
            let Some((cell, price)) = self.cells.pop_front() else { break };
            if rounds > 0 && cell.was_read() {
                rounds -= 1;
                self.cells.push_back((cell, price));
            } else {
                self.bytes -= price;
                gone.push(cell);
            }
        }
        gone
    }
}
