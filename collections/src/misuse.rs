//! The short names: they panic where their `try_` twins give an error.

use std::fmt::Display;

use db0_runtime::{Error, Result};

/// What `result` holds; an error becomes the panic of whoever called the short name.
#[track_caller]
#[inline]
pub(crate) fn expect<R>(result: Result<R>) -> R {
    match result {
        Ok(found) => found,
        // In a closure the caller would not be known.
        Err(error) => fail(&error),
    }
}

#[cold]
#[track_caller]
fn fail(error: &dyn Display) -> ! {
    panic!("{error}")
}

/// The error of an index that is not in a collection of this length.
#[cold]
pub(crate) fn out_of_range(index: usize, len: u64) -> Error {
    Error::Invalid(format!("index {index} is out of range: the length is {len}"))
}
