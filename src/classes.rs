//! What the prefixes know of their classes.

use db0_runtime::{Result, current as current_prefix, derived::StoredClass};

/// The classes of the current prefix, by name: their fields, types, indexes, and how many objects each has.
/// The program need not have Rust types for them.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(folder.path())?;
/// # #[db0::memo(keep)] struct Note { #[db0(unique)] text: String }
/// db0::Memo::new(Note { text: "one".into() });
/// let classes = db0::classes()?;
/// assert_eq!((classes[0].name.as_str(), classes[0].objects), ("Note", 1));
/// let text = &classes[0].fields[0];
/// assert_eq!((text.name.as_str(), text.rust_type.as_str()), ("text", "String"));
/// assert!(classes[0].indexes[0].unique && classes[0].indexes[0].fields == ["text"]);
/// # Ok::<(), db0::Error>(())
/// ```
pub fn classes() -> Result<Vec<StoredClass>> {
    StoredClass::all(current_prefix()?.objects())
}
