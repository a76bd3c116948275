//! The states that a collection is compared at.

use std::{ops::ControlFlow, sync::Arc};

use db0_runtime::{
    Result,
    derived::in_order,
    object::{Anchor, Objects, RowReader},
};

/// States of prefixes that collections can be compared at: snapshots are.
pub trait Moment {
    /// The prefix of these objects as it was then.
    #[doc(hidden)]
    fn like(&self, objects: &Objects) -> Result<Arc<Objects>>;
}

impl<M: Moment + ?Sized> Moment for &M {
    fn like(&self, objects: &Objects) -> Result<Arc<Objects>> {
        (**self).like(objects)
    }
}

/// A collection at two states.
pub(crate) struct Ends {
    pub(crate) before: RowReader,
    pub(crate) after: RowReader,
    /// The state before is the later one.
    pub(crate) swapped: bool,
}

impl Ends {
    /// Calls `each` with the keys of the rows that differ, in their order, until it breaks: with the
    /// row before, and the row after.
    pub(crate) fn differing(
        &self,
        mut each: impl FnMut(&[u8], Option<&[u8]>, Option<&[u8]>) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        if self.swapped {
            self.after.differing(&self.before, &mut |key, old, new| each(key, new, old))
        } else {
            self.before.differing(&self.after, &mut each)
        }
    }

    /// Some row differs.
    pub(crate) fn differ(&self) -> Result<bool> {
        let mut found = false;
        self.differing(|_, _, _| {
            found = true;
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }
}

/// None for a collection that is stored nowhere yet.
pub(crate) fn ends(
    anchor: &Anchor,
    before: &impl Moment,
    after: &impl Moment,
) -> Result<Option<Ends>> {
    let Some(reader) = anchor.reader()? else { return Ok(None) };
    let (before, after) = (before.like(reader.objects())?, after.like(reader.objects())?);
    let (low, high, swapped) = in_order(before, after)?;
    let (low, high) = (reader.through(&low), reader.through(&high));
    let (before, after) = if swapped { (high, low) } else { (low, high) };
    Ok(Some(Ends { before, after, swapped }))
}
