//! Statics that begin anew with each run of a scenario.

/// As the engine's, in which they are plain ones.
macro_rules! statics {
    ($($(#[$attribute:meta])* static $name:ident: $type:ty = $value:expr;)+) => {
        loom::lazy_static! {$(
            $(#[$attribute])*
            static ref $name: $type = $value;
        )+}
    };
}

pub(crate) use statics;
