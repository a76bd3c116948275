//! What changed in a collection between two states, element by element.

mod any;
mod entries;
mod hunk;
mod kind;
mod list;
mod list_walk;
mod moment;

pub use any::{content_differs, kind_name, members};
pub use kind::{Changes, EntryChange, Kind, Splice};
pub use moment::Moment;
