//! Tags that lose their last member: what a commit notes of them, and when nobody can see them.

use super::tally::tally_key;
use crate::{
    Result,
    store::{
        num::{StateNum, TagId},
        table::Table,
        writing::writer::Writer,
    },
};

impl Writer<'_> {
    /// The number of the state that is written.
    pub(crate) fn state(&self) -> StateNum {
        self.state
    }

    /// Tags and classes that lost their last member since this was asked last.
    pub(crate) fn take_emptied(&mut self) -> Vec<TagId> {
        std::mem::take(&mut self.emptied)
    }

    /// Something bears a tag as of what has been written.
    pub(crate) fn has_members(&self, tag: TagId) -> Result<bool> {
        let mut key = Vec::new();
        tally_key(tag, &mut key);
        Ok(self.get_raw(Table::Postings, &key)?.is_some())
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
