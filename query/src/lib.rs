//! db0's queries. Programs use the `db0` crate, which re-exports what is public here.

mod queries;
mod running;
mod tagging;
mod terms;
mod wire;

pub use queries::{
    group::{Each, GroupKey, Groups},
    join::{JoinOn, Refers},
    matches::{Matches, TryMatches},
    measure::{Measure, Number},
    query::{AnyQuery, Query},
};
pub use running::explain::Explain;
pub use tagging::{
    all_tags::{all_tags, tags_starting_with},
    tags::{Tagger, Targets, tags},
};
pub use terms::{
    condition::Condition,
    criteria::{All, Any, ClassTag, Criteria, No, all, any, class, no},
    dyn_memo::DynMemo,
    expr::Expr,
    field::Field,
    findable::{AnyClass, Covers, Findable, HandleOf, WithTrait},
    order::{NullsLast, SortKey},
    tag::TagList,
    words::{Words, words},
};

/// What the macros of this crate need: not part of the public API.
#[doc(hidden)]
pub mod plumbing {
    pub use db0_runtime::{
        Result,
        class::{FieldTags, TagName},
        codec::key::KeySink,
        derived::Few,
    };
}
