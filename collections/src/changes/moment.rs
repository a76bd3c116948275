//! The states that a collection is compared at.

use std::{collections::BTreeSet, sync::Arc};

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
    /// The keys of the rows that were written in between.
    pub(crate) fn written(&self) -> Result<BTreeSet<Vec<u8>>> {
        let (low, high) =
            if self.swapped { (&self.after, &self.before) } else { (&self.before, &self.after) };
        low.written_until(high)
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
