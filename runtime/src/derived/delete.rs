//! Deleting on purpose, and marking as changed.

use std::panic::Location;

use super::tagging;
use crate::{Error, Result, object::Handle, store::Oid};

/// Deletes an object that nothing refers to. Its tags go with it.
#[track_caller]
pub fn delete<H: Handle + ?Sized>(memo: &H) -> Result<()> {
    let memo = memo.as_any();
    let (objects, oid) = memo.place()?;
    let oid = Oid(oid);
    let _turn = objects.borrow_turn(Location::caller())?;
    objects.refuse_guard_on(oid, "deleting")?;
    let count = objects.references_to(oid)?;
    if count > 0 {
        return Err(Error::Referenced { class: memo.try_class()?, uuid: memo.uuid(), count });
    }
    let cell = memo.cell()?;
    let references = cell.held()?;
    let kept = cell.keep_deleted()?;
    objects.delete(cell, &references, kept)?;
    tagging::untag(&objects, oid)
}

/// Makes the next commit count an object as modified, whether or not it differs.
#[track_caller]
pub fn touch<H: Handle + ?Sized>(memo: &H) -> Result<()> {
    let memo = memo.as_any();
    let (objects, _) = memo.place()?;
    let _turn = objects.borrow_turn(Location::caller())?;
    memo.cell()?.touch()
}
