//! Address space for maps: whatever the number of environments, some is left for everything else.

use std::sync::atomic::{AtomicUsize, Ordering};

/// What maps may take together: half of what a process has on machines of today.
pub(super) const ALL: usize = 1 << 46;
/// A map takes this part of what is left, so that there is always something left.
const PART: usize = 64;
/// More than files grow by in a while. A map that is full grows, however small it was at first.
const LEAST: usize = 1 << 30;

static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// How large a map is to be that is made now, if nobody says it.
pub(super) fn share() -> usize {
    share_of(ALL.saturating_sub(TAKEN.load(Ordering::Relaxed)))
}

fn share_of(left: usize) -> usize {
    (left / PART / LEAST * LEAST).max(LEAST)
}

/// Address space that a map takes, until this is dropped.
#[derive(Debug)]
pub(super) struct Taken(usize);

impl Taken {
    pub(super) fn new(bytes: usize) -> Self {
        TAKEN.fetch_add(bytes, Ordering::Relaxed);
        Self(bytes)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        TAKEN.fetch_sub(self.0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ones_take_much_and_thousands_leave_some() {
        let mut taken = 0_usize;
        let sizes: Vec<usize> = (0..10_000)
            .map(|_| {
                let size = share_of(ALL.saturating_sub(taken));
                taken += size;
                size
            })
            .collect();
        assert_eq!(sizes[0], 1 << 40);
        assert!(sizes[199] > 32 << 30 && sizes[9_999] == LEAST);
        assert!(taken < ALL / 4 * 5, "the other half is for everything else");
    }
}
