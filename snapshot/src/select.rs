//! The changes between two snapshots: of what criteria select, and of everything.

use std::sync::Arc;

use db0_collections::{Changes, Kind, Moment};
use db0_query::Criteria;
use db0_runtime::{Error, Memo, Result, class::Class, object::Objects};
use uuid::Uuid;

use crate::{
    diff::{Diff, Wanted},
    snapshot::Snapshot,
};

/// An object or collection that differs between two snapshots.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// Whether it was created, modified or deleted.
    pub kind: Kind,
    /// The name of its class; `List`, `Dict`, … for a collection.
    pub class: String,
    /// Its identity.
    pub uuid: Uuid,
    /// The last of the states in between that changed it. (Between two snapshots whose history has been
    /// forgotten it may have been an earlier one.)
    pub state: u64,
}

impl Moment for Snapshot {
    fn like(&self, objects: &Objects) -> Result<Arc<Objects>> {
        let missing =
            || Error::Invalid(format!("prefix {:?} is not in this snapshot", objects.name()));
        self.parts().iter().find(|part| part.is_same_prefix(objects)).cloned().ok_or_else(missing)
    }
}

fn diff_of<T: Class>(before: &Snapshot, after: &Snapshot) -> Result<Diff> {
    Diff::new(&before.part_of::<T>()?, &after.part_of::<T>()?)
}

fn memos<T: Class>(objects: &Arc<Objects>, oids: Vec<u64>) -> Result<Vec<Memo<T>>> {
    oids.into_iter().map(|oid| objects.memo(oid)).collect()
}

/// The objects that fulfil criteria at `after` and did not, or were not there, at `before`.
#[doc(hidden)]
pub fn select_new<T: Class>(
    criteria: &dyn Criteria<T>,
    before: &Snapshot,
    after: &Snapshot,
) -> Result<Changes<Memo<T>>> {
    let diff = diff_of::<T>(before, after)?;
    let selection = diff.select(criteria, Wanted::New)?;
    Ok(memos(&diff.after, selection.new)?.into())
}

/// The objects that fulfilled criteria at `before` and do not, or are not there, at `after`.
#[doc(hidden)]
pub fn select_deleted<T: Class>(
    criteria: &dyn Criteria<T>,
    before: &Snapshot,
    after: &Snapshot,
) -> Result<Changes<Memo<T>>> {
    let diff = diff_of::<T>(before, after)?;
    let selection = diff.select(criteria, Wanted::Deleted)?;
    Ok(memos(&diff.before, selection.deleted)?.into())
}

/// The objects that fulfil criteria at both and differ: as they were, and as they are.
#[doc(hidden)]
pub fn select_modified<T: Class>(
    criteria: &dyn Criteria<T>,
    before: &Snapshot,
    after: &Snapshot,
) -> Result<Changes<(Memo<T>, Memo<T>)>> {
    let diff = diff_of::<T>(before, after)?;
    let selection = diff.select(criteria, Wanted::Modified)?;
    let pair = |oid| Ok((diff.before.memo(oid)?, diff.after.memo(oid)?));
    Ok(selection.modified.into_iter().map(pair).collect::<Result<Vec<_>>>()?.into())
}

/// Every object and collection that differs, in the prefixes that both snapshots have.
#[doc(hidden)]
pub fn changes(before: &Snapshot, after: &Snapshot) -> Result<Changes<Change>> {
    let mut found = Vec::new();
    let mut none_in_common = true;
    for before in before.parts() {
        let Some(after) = after.parts().iter().find(|after| after.is_same_prefix(before)) else {
            continue;
        };
        none_in_common = false;
        let diff = Diff::new(before, after)?;
        let told = diff.changes()?.into_iter().map(|change| Change {
            kind: change.kind,
            class: change.class,
            uuid: diff.uuid(change.oid),
            state: change.state,
        });
        found.extend(told);
    }
    if none_in_common {
        return Err(Error::Invalid("the snapshots have no prefix in common".into()));
    }
    Ok(found.into())
}
