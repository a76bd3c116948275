//! Values that one thread replaces and any number of threads look at, without a lock between them.
//!
//! A [`Place`] holds a [`Counted`] value. A reader notes in a slot of its own which value it looks
//! at, makes sure that the place still holds it, and has a [`Look`]: no word is written that another
//! thread writes. A value that nobody counts any more goes into a bag; what is in the bag is dropped
//! by [`tend`], once no slot names it.
#![expect(
    unsafe_code,
    reason = "a reader's slot, and not the type system, keeps a value alive: three times faster than a lock"
)]

mod bag;
pub(super) mod barrier;
mod block;
mod counted;
mod look;
mod place;
#[cfg(test)]
mod tests;

pub(crate) use bag::{in_bulk, tend, tend_now};
pub(crate) use counted::Counted;
pub(crate) use look::Look;
pub(crate) use place::Place;
