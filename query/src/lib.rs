//! db0's queries. Programs use the `db0` crate, which re-exports what is public here.

mod criteria;
mod eval;
mod expr;
mod field;
mod indexed;
mod query;
mod tag;
mod tags;

pub use criteria::{All, Any, ClassTag, Criteria, No, all, any, class, no};
pub use expr::Expr;
pub use field::{Condition, Field};
pub use query::{Matches, Query};
pub use tag::TagList;
pub use tags::{Tagger, Targets, tags};

/// What the macros of this crate need: not part of the public API.
#[doc(hidden)]
pub mod plumbing {
    pub use db0_runtime::{
        Result,
        class::{FieldTags, TagName},
        codec::key::KeySink,
    };
}
