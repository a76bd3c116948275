//! The free functions that find objects and tags in the current prefix.

use db0_query::{Criteria, Query};
use db0_runtime::{
    Result,
    class::{Class, TagName},
    class_prefix, current as current_prefix,
};

/// Objects of the class `T` that fulfil criteria, in the current prefix or the class's own.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(folder.path())?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// let note = db0::Memo::new(Note { text: "one".into() });
/// db0::tags(&note).add("urgent");
/// assert_eq!(db0::find::<Note>(("urgent", db0::no("done"))).count(), 1);
/// # Ok::<(), db0::Error>(())
/// ```
pub fn find<T: Class>(criteria: impl Criteria<T>) -> Query<T> {
    Query::on(class_prefix::<T>().map(|prefix| prefix.objects().clone()), &criteria)
}

/// All tags of the current prefix by name, and how many objects bear each.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(folder.path())?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// let note = db0::Memo::new(Note { text: "one".into() });
/// db0::tags(&note).add(["urgent", "work"]);
/// let tags = db0::all_tags()?;
/// assert_eq!((tags[0].0.as_text(), tags[0].1), (Some("urgent"), 1));
/// # Ok::<(), db0::Error>(())
/// ```
pub fn all_tags() -> Result<Vec<(TagName, u64)>> {
    db0_query::all_tags(current_prefix()?.objects())
}

/// The tags of text of the current prefix that begin with this one, and how many objects bear each.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(folder.path())?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// let note = db0::Memo::new(Note { text: "one".into() });
/// db0::tags(&note).add(["urgent", "work"]);
/// assert_eq!(db0::find_tags_starting_with("ur")?.len(), 1);
/// # Ok::<(), db0::Error>(())
/// ```
pub fn find_tags_starting_with(start: &str) -> Result<Vec<(TagName, u64)>> {
    db0_query::tags_starting_with(current_prefix()?.objects(), start)
}
