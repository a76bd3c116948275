//! Tags that lose their last member: what a commit notes of them, and when nobody can see them.

use super::{
    num::{StateNum, TagId},
    postings::posting_key,
    table::Table,
    varint,
    writer::Writer,
};
use crate::Result;

impl Writer<'_> {
    /// The number of the state that is written.
    pub(crate) fn state(&self) -> StateNum {
        self.state
    }

    /// Tags and classes of which containers were emptied since this was asked last.
    pub(crate) fn take_emptied(&mut self) -> Vec<TagId> {
        std::mem::take(&mut self.emptied)
    }

    /// Something bears a tag as of what has been written.
    pub(crate) fn has_members(&self, tag: TagId) -> Result<bool> {
        let (mut first, mut front) = (Vec::new(), Vec::new());
        posting_key(tag, 0, &mut first);
        varint::put_ordered(&mut front, u64::from(tag.0));
        let found = self.cursor(Table::Postings)?.seek(&first);
        let found = found.map_err(|fault| self.failed(fault))?;
        Ok(found.is_some_and(|(key, _)| key.starts_with(&front)))
    }

    /// Somebody looks at a state before this one, or may do so.
    pub(crate) fn is_seen_before(&self, state: StateNum) -> bool {
        state > self.kept_from() || self.store().pins().has_before(state)
    }

    /// Deletes a row that belongs to no state, also if nothing else is written.
    pub(crate) fn tidy(&mut self, table: Table, key: &[u8]) -> Result<()> {
        self.tidied |= self.delete_raw(table, key)?;
        Ok(())
    }
}
