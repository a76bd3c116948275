//! What follows from objects: their tags, who holds them, and when they die.

mod tagging;
mod holders;
mod life;
mod membership;

pub(crate) use life::{Plan, plan};
pub use membership::Members;
pub use tagging::{add_tags, remove_tags, tags_of};
