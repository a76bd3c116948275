//! Elements that others took the place of, in two sequences.

use std::ops::Range;

/// Elements that differ, as bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hunk {
    pub(super) old_index: usize,
    pub(super) old: Vec<Vec<u8>>,
    pub(super) new_index: usize,
    pub(super) new: Vec<Vec<u8>>,
}

/// Compares neighbouring elements with those that now stand in their place; with each, where they begin.
pub(super) fn compare(
    (old, old_index): (&[&[u8]], usize),
    (new, new_index): (&[&[u8]], usize),
    hunks: &mut Vec<Hunk>,
) {
    let owned = |elements: &[&[u8]]| elements.iter().map(|element| element.to_vec()).collect();
    let mut push = |gone: Range<usize>, come: Range<usize>| {
        hunks.push(Hunk {
            old_index: old_index + gone.start,
            new_index: new_index + come.start,
            old: owned(&old[gone]),
            new: owned(&new[come]),
        });
    };
    if old.len() != new.len() {
        let is_same = |(old, new): &(&&[u8], &&[u8])| old == new;
        let front = old.iter().zip(new).take_while(is_same).count();
        let ends = old[front..].iter().rev().zip(new[front..].iter().rev());
        let back = ends.take_while(is_same).count();
        return push(front..old.len() - back, front..new.len() - back);
    }
    // As many as before: what differs was set.
    let mut at = 0;
    while at < old.len() {
        let differing = old[at..].iter().zip(&new[at..]).take_while(|(a, b)| a != b).count();
        if differing > 0 {
            push(at..at + differing, at..at + differing);
        }
        at += differing.max(1);
    }
}
