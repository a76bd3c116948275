//! The free functions for what changed: between two snapshots, and as it is committed.

use db0_collections::Changes;
use db0_query::Criteria;
use db0_runtime::{Memo, OrPanic, Result, class::Class, class_prefix};
use db0_snapshot::{Change, Snapshot, Subscription};

/// The objects that fulfil criteria at `after` and did not at `before`, or were not there; handles
/// are `after`'s. The work is in proportion to what changed in between, not to the data, and
/// `before` may also be the later one.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// let (a, b) = (db0::Memo::new(Note { text: "a".into() }), db0::Memo::new(Note { text: "b".into() }));
/// db0::commit()?;
/// let before = db0::snapshot()?;
/// db0::tags(&b).add("urgent");
/// db0::commit()?;
/// let after = db0::snapshot()?;
/// let urgent: Vec<_> = db0::select_new::<Note>("urgent", &before, &after).collect();
/// assert_eq!(urgent, [after.of(&b)]);
/// assert!(db0::select_new::<Note>((), &before, &after).is_empty());
/// # Ok::<(), db0::Error>(())
/// ```
///
/// # Panics
/// When the snapshots can't be compared; see [`try_select_new`].
#[track_caller]
pub fn select_new<T: Class>(
    criteria: impl Criteria<T>,
    before: &Snapshot,
    after: &Snapshot,
) -> Changes<Memo<T>> {
    try_select_new(criteria, before, after).or_panic()
}

/// As [`select_new`], with the failure as a value.
pub fn try_select_new<T: Class>(
    criteria: impl Criteria<T>,
    before: &Snapshot,
    after: &Snapshot,
) -> Result<Changes<Memo<T>>> {
    db0_snapshot::select_new(&criteria, before, after)
}

/// The objects that fulfilled criteria at `before` and do not at `after`, or are not there any more;
/// handles are `before`'s.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// let note = db0::Memo::new(Note { text: "one".into() });
/// db0::commit()?;
/// let before = db0::snapshot()?;
/// db0::delete(&note)?;
/// db0::commit()?;
/// for note in db0::select_deleted::<Note>((), &before, &db0::snapshot()?) {
///     assert_eq!(note.read().text, "one"); // as it was
/// }
/// # Ok::<(), db0::Error>(())
/// ```
///
/// # Panics
/// When the snapshots can't be compared; see [`try_select_deleted`].
#[track_caller]
pub fn select_deleted<T: Class>(
    criteria: impl Criteria<T>,
    before: &Snapshot,
    after: &Snapshot,
) -> Changes<Memo<T>> {
    try_select_deleted(criteria, before, after).or_panic()
}

/// As [`select_deleted`], with the failure as a value.
pub fn try_select_deleted<T: Class>(
    criteria: impl Criteria<T>,
    before: &Snapshot,
    after: &Snapshot,
) -> Result<Changes<Memo<T>>> {
    db0_snapshot::select_deleted(&criteria, before, after)
}

/// The objects that fulfil criteria at both snapshots and differ, as they were and as they are. What
/// was written with equal content does not, unless it was [touched](crate::touch); what changed in a
/// collection that an object owns counts as a change of the object.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// let note = db0::Memo::new(Note { text: "one".into() });
/// db0::commit()?;
/// let before = db0::snapshot()?;
/// note.write().text = "two".into();
/// db0::commit()?;
/// for (old, new) in db0::select_modified::<Note>((), &before, &db0::snapshot()?) {
///     assert_eq!((&*old.read().text, &*new.read().text), ("one", "two"));
/// }
/// # Ok::<(), db0::Error>(())
/// ```
///
/// # Panics
/// When the snapshots can't be compared; see [`try_select_modified`].
#[track_caller]
pub fn select_modified<T: Class>(
    criteria: impl Criteria<T>,
    before: &Snapshot,
    after: &Snapshot,
) -> Changes<(Memo<T>, Memo<T>)> {
    try_select_modified(criteria, before, after).or_panic()
}

/// As [`select_modified`], with the failure as a value.
pub fn try_select_modified<T: Class>(
    criteria: impl Criteria<T>,
    before: &Snapshot,
    after: &Snapshot,
) -> Result<Changes<(Memo<T>, Memo<T>)>> {
    db0_snapshot::select_modified(&criteria, before, after)
}

/// Every object and collection that differs between two snapshots, in all prefixes that both have.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// let note = db0::Memo::new(Note { text: "one".into() });
/// db0::commit()?;
/// let (before, after) = (db0::snapshot_at(0)?, db0::snapshot_at(1)?);
/// let changes: Vec<db0::Change> = db0::changes(&before, &after).collect();
/// assert_eq!((changes[0].kind, &*changes[0].class), (db0::Kind::Created, "Note"));
/// assert_eq!((changes[0].uuid, changes[0].state), (note.uuid(), 1));
/// # Ok::<(), db0::Error>(())
/// ```
///
/// # Panics
/// When the snapshots can't be compared; see [`try_changes`].
#[track_caller]
pub fn changes(before: &Snapshot, after: &Snapshot) -> Changes<Change> {
    try_changes(before, after).or_panic()
}

/// As [`changes`](fn@changes), with the failure as a value.
pub fn try_changes(before: &Snapshot, after: &Snapshot) -> Result<Changes<Change>> {
    db0_snapshot::changes(before, after)
}

/// Follows what is committed in the current prefix, or the class's own, from now on: each state
/// once, in order, with the objects that became, ceased to be or are results of the criteria.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// let mut commits = db0::subscribe::<Note>("urgent");
/// let note = db0::Memo::new(Note { text: "one".into() });
/// db0::tags(&note).add("urgent");
/// db0::commit()?;
/// let commit = commits.next().expect("it waits for the next one")?;
/// let urgent = commit.changes[0].after.as_ref().expect("it is there");
/// assert_eq!(urgent.read().text, "one");
/// # Ok::<(), db0::Error>(())
/// ```
///
/// # Panics
/// When no workspace is open; see [`try_subscribe`].
#[track_caller]
pub fn subscribe<T: Class>(criteria: impl Criteria<T>) -> Subscription<T> {
    try_subscribe(criteria).or_panic()
}

/// As [`subscribe`](crate::subscribe()), with the failure as a value.
pub fn try_subscribe<T: Class>(criteria: impl Criteria<T>) -> Result<Subscription<T>> {
    Ok(Subscription::of(class_prefix::<T>()?, &criteria))
}
