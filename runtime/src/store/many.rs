//! Many rows in one look, for those who know their keys.

use super::{key::OidKey, layer::Entry, table::Table, view::View};
use crate::Result;

impl View {
    /// Reads the rows at some keys: calls `each` with the place of every key, and its row if there is
    /// one. In ascending order, neighbours are found without going down the tree again.
    pub(crate) fn get_each(
        &self,
        table: Table,
        keys: &[OidKey],
        each: &mut dyn FnMut(usize, Option<&[u8]>) -> Result<()>,
    ) -> Result<()> {
        let (Self::Live(store), true) = (self, keys.len() > 1) else {
            for (place, key) in keys.iter().enumerate() {
                let row = self.get(table, key.as_bytes(), <[u8]>::to_vec)?;
                each(place, row.as_deref())?;
            }
            return Ok(());
        };
        let (entries, disk) = store.look(|stack| {
            let layers: Vec<_> = stack.layers.iter().map(|layer| layer.read()).collect();
            let entry = |key: &OidKey| -> Option<Entry> {
                layers.iter().find_map(|layer| layer.get(table, key.as_bytes()).cloned())
            };
            keys.iter().map(entry).collect::<Vec<_>>()
        })?;
        let failed = |fault| store.failed("reading", fault);
        let mut cursor = disk.txn.cursor(store.table(table)).map_err(failed)?;
        for (place, (key, entry)) in keys.iter().zip(&entries).enumerate() {
            if let Some(entry) = entry {
                each(place, entry.row())?;
                continue;
            }
            let key = key.as_bytes();
            let found = cursor.seek(key).map_err(failed)?.filter(|(found, _)| *found == key);
            let row = found.map(|(key, row)| disk.strip(table, key, row)).transpose()?;
            each(place, row)?;
        }
        Ok(())
    }
}
