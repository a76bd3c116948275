//! Deleting on purpose, and marking as changed.

use std::panic::Location;

use super::tagging;
use crate::{
    Error, Memo, Result,
    class::Class,
    object::{keep_deleted, reference_list, touch_cell},
};

/// Deletes an object that nothing refers to. Its tags go with it.
#[track_caller]
pub fn delete<T: Class>(memo: &Memo<T>) -> Result<()> {
    let closed = || Error::Closed { what: "the workspace of this object".into() };
    let objects = memo.objects().ok_or_else(closed)?;
    objects.check_writable()?;
    let _turn = objects.shared().borrow_turn(Location::caller())?;
    objects.refuse_guard_on(memo.oid(), "deleting")?;
    let count = objects.references_to(memo.oid())?;
    if count > 0 {
        return Err(Error::Referenced { class: T::INFO.name.into(), uuid: memo.uuid(), count });
    }
    let (cell, references) = reference_list(memo)?;
    let kept = keep_deleted(memo)?;
    objects.delete(cell, &references, kept)?;
    tagging::untag(&objects, memo.oid())
}

/// Makes the next commit count an object as modified, whether or not it differs.
#[track_caller]
pub fn touch<T: Class>(memo: &Memo<T>) -> Result<()> {
    let closed = || Error::Closed { what: "the workspace of this object".into() };
    let objects = memo.objects().ok_or_else(closed)?;
    objects.check_writable()?;
    let _turn = objects.shared().borrow_turn(Location::caller())?;
    touch_cell(memo)
}
