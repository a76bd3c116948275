//! The engine's slots, with another barrier.
#![expect(unsafe_code, reason = "the engine's files argue for theirs")]

#[path = "../../../../../runtime/src/sync/slots/bag.rs"]
mod bag;
pub(super) mod barrier;
#[path = "../../../../../runtime/src/sync/slots/block.rs"]
mod block;
#[path = "../../../../../runtime/src/sync/slots/counted.rs"]
mod counted;
#[path = "../../../../../runtime/src/sync/slots/look.rs"]
mod look;
#[path = "../../../../../runtime/src/sync/slots/place.rs"]
mod place;

pub(crate) use bag::tend_now;
pub(crate) use counted::Counted;
pub(crate) use look::Look;
pub(crate) use place::Place;
