//! The short names: they panic where their `try_` twins give an error.

use std::fmt::Display;

use crate::Result;

/// What a short name makes of the answer of its `try_` twin.
pub trait OrPanic {
    /// The answer, if there is one.
    type Found;

    /// What was found; an error becomes the panic of whoever called the short name, as far up as
    /// functions are marked `track_caller`, which closures are not.
    fn or_panic(self) -> Self::Found;
}

impl<R> OrPanic for Result<R> {
    type Found = R;

    #[inline]
    #[track_caller]
    fn or_panic(self) -> R {
        match self {
            Ok(found) => found,
            Err(error) => fail(&error),
        }
    }
}

#[cold]
#[track_caller]
fn fail(error: &dyn Display) -> ! {
    panic!("{error}")
}
