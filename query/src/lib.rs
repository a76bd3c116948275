//! db0's queries. Programs use the `db0` crate, which re-exports what is public here.

mod all_tags;
mod and;
mod any_query;
mod composite;
mod condition;
mod core;
mod criteria;
mod eval;
mod explain;
mod expr;
mod field;
mod field_walk;
mod group;
mod ids;
mod indexed;
mod join;
mod look;
mod matches;
mod measure;
mod order;
mod plan;
mod query;
mod shape;
mod sort;
mod stream;
mod tag;
mod tags;
mod wire;
mod words;

pub use all_tags::{all_tags, tags_starting_with};
pub use any_query::{AnyHandle, AnyQuery, DynMemo};
pub use condition::Condition;
pub use criteria::{All, Any, ClassTag, Criteria, No, all, any, class, no};
pub use explain::Explain;
pub use expr::Expr;
pub use field::Field;
pub use group::{GroupKey, Groups};
pub use join::{JoinOn, Refers};
pub use matches::{Matches, TryMatches};
pub use measure::{Measure, Number};
pub use order::{NullsLast, SortKey};
pub use query::Query;
pub use tag::TagList;
pub use tags::{Tagger, Targets, tags};
pub use words::{Words, words};

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
