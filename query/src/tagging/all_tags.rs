//! The tags that there are in a prefix.

use std::sync::Arc;

use db0_runtime::{Result, class::TagName, derived::Members, object::Objects};

/// All tags that something bears in a view, by name, and how many objects bear each.
#[doc(hidden)]
pub fn all_tags(objects: &Arc<Objects>) -> Result<Vec<(TagName, u64)>> {
    with_front(objects, &[])
}

/// The tags of text that begin with this one and that something bears, by name.
#[doc(hidden)]
pub fn tags_starting_with(objects: &Arc<Objects>, start: &str) -> Result<Vec<(TagName, u64)>> {
    with_front(objects, &TagName::front_of_text(start))
}

fn with_front(objects: &Arc<Objects>, front: &[u8]) -> Result<Vec<(TagName, u64)>> {
    let (objects, mut found) = (&objects.seen(), Vec::new());
    for (name, members) in Members::of_tags_with_front(objects, front)? {
        let count = members.count(objects)?;
        // Names outlive what bore them, for the sake of older states.
        if count > 0 {
            found.push((name, count));
        }
    }
    Ok(found)
}
