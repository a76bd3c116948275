//! Statics that a model checker can begin each of its runs with anew.

/// Declares statics. A macro, because `faults/models` has one of the same name in its place.
macro_rules! statics {
    ($($item:item)+) => { $($item)+ };
}

pub(crate) use statics;
