//! What follows from objects: their tags, who holds them, and when they die.

mod burying;
mod classes;
mod delete;
mod difference;
mod field_index;
mod holders;
mod life;
mod membership;
mod tagging;

pub use classes::{StoredClass, StoredField};
pub use delete::{delete, touch};
pub use difference::{Difference, TouchedCollection, TouchedObject, in_order};
pub use field_index::FieldIndex;
pub(crate) use life::{Dirty, Plan, plan};
pub use membership::{Ahead, Members};
pub use tagging::{Hold, Tagging, tag, tags_of};
