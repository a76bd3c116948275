//! About how many rows a range has, at the price of some pages, however many there are.

use std::sync::Arc;

use super::{
    scan::{Direction, KeyRange},
    view::View,
};
use crate::{
    Result,
    pages::{Fault, Tree},
    store::{
        table::Table,
        uncommitted::layer::{Entry, Layer},
    },
};

/// Entries of a layer that are counted at most.
const COUNTED_MAX: usize = 10_000;

impl View {
    /// About how many rows there are in a range: of those on disk as it is now, and of what layers
    /// add and take away, as if no row of theirs replaced another one.
    pub(crate) fn estimate(&self, table: Table, range: &KeyRange) -> Result<u64> {
        let store = self.store();
        let (more, less) = match self {
            Self::Live(store) => store.look(|stack| waiting(&stack.layers, table, range))?.0,
            Self::Held(held) => waiting(&held.layers, table, range),
            Self::Committed(_) | Self::At(..) => (0, 0),
        };
        let damaged = |fault: Fault| store.corrupt(table, &range.start, &fault.to_string());
        let held = store.env().hold()?;
        let found = Tree::main(&held).table(table.name().as_bytes()).map_err(damaged)?;
        let on_disk = match found {
            Some(rows) => rows.estimate(&range.start, range.end.as_deref()).map_err(damaged)?,
            None => 0,
        };
        Ok(on_disk.saturating_add(more).saturating_sub(less))
    }
}

/// How many rows of a range wait in layers, and how many deletions.
fn waiting(layers: &[Arc<Layer>], table: Table, range: &KeyRange) -> (u64, u64) {
    let mut counts = (0, 0);
    for layer in layers.iter().filter(|layer| layer.is_used()) {
        let rows = layer.read();
        for (_, entry) in rows.range(table, range, Direction::Forward).take(COUNTED_MAX) {
            match entry {
                Entry::Row(_) => counts.0 += 1,
                Entry::Gone => counts.1 += 1,
            }
        }
    }
    counts
}
