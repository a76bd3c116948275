//! The short names: they panic where their `try_` twins give an error.

use db0_runtime::{Error, OrPanic, Result};

/// What `result` holds; an error becomes the panic of whoever called the short name.
#[track_caller]
#[inline]
pub(crate) fn expect<R>(result: Result<R>) -> R {
    result.or_panic()
}

/// The error of an index that is not in a collection of this length.
#[cold]
pub(crate) fn out_of_range(index: usize, len: u64) -> Error {
    Error::Invalid(format!("index {index} is out of range: the length is {len}"))
}
