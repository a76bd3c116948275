//! What follows from objects: their tags, who holds them, and when they die.

mod apart;
mod burying;
mod classes;
mod cycles;
mod delete;
mod difference;
mod few;
mod field_index;
mod holders;
mod life;
mod membership;
mod sight;
mod tagging;
mod trial;

pub use classes::{StoredClass, StoredField, StoredIndex};
pub(crate) use cycles::find_cycles;
pub use delete::{delete, touch};
pub use difference::{Difference, TouchedCollection, TouchedObject, in_order};
pub use few::Few;
pub use field_index::{Composite, FieldIndex};
pub(crate) use life::{Dirty, Plan, plan};
pub use membership::Members;
pub use sight::{Sight, Way};
pub use tagging::{Hold, Tagging, Target, tag, tags_of};
