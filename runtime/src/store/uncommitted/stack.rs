//! What readers look through: uncommitted layers, newest first, over a committed state.

use std::sync::Arc;

use super::layer::{Entry, Layer};
use crate::{
    Result,
    store::{
        key::RowKey,
        num::StateNum,
        reading::scan::{Direction, KeyRange},
        table::Table,
    },
    sync::slots::{Counted, Look, Place},
};

/// Layers over a committed state; never changed, only replaced by another stack.
#[derive(Debug)]
pub(crate) struct Stack {
    /// Newest first; only the first is still written to.
    pub(crate) layers: Vec<Arc<Layer>>,
    /// So many of them no commit has been given yet.
    pub(crate) open: usize,
    pub(crate) base: StateNum,
}

impl Stack {
    pub(crate) fn new(base: StateNum) -> Self {
        Self { layers: vec![Arc::default()], open: 1, base }
    }

    /// The layer that is written to.
    pub(crate) fn active(&self) -> &Arc<Layer> {
        &self.layers[0]
    }
}

/// Rows that a scan copies per lock hold.
const COPIED_AT_ONCE: usize = 256;

/// The next entries of a range over several layers, each key once; and the range they are complete
/// for, if it is not the whole one.
pub(in crate::store) fn copy_entries(
    layers: &[Arc<Layer>],
    table: Table,
    range: &KeyRange,
    direction: Direction,
) -> Result<(Vec<(RowKey, Entry)>, Option<RowKey>)> {
    let mut copied = Copied { entries: Vec::new(), complete_to: None, direction };
    for layer in layers.iter().filter(|layer| layer.is_used()) {
        let rows = layer.read();
        let in_memory = rows.range(table, range, direction);
        copied.add(in_memory.map(|(key, entry)| Ok((key.clone(), entry.clone()))))?;
        if let Some(run) = rows.run().filter(|_| table == Table::Elements) {
            let opened = run.open()?;
            let said = opened.walk(range, direction)?;
            copied.add(said.map(|said| {
                let (key, row) = said?;
                Ok((key.into(), row.map_or(Entry::Gone, |row| Entry::Row(row.into()))))
            }))?;
        }
    }
    Ok(copied.finish())
}

/// Entries of several sources, the newest source first.
struct Copied {
    entries: Vec<(RowKey, Entry)>,
    complete_to: Option<RowKey>,
    direction: Direction,
}

impl Copied {
    /// Takes the first entries of a source.
    fn add(&mut self, source: impl Iterator<Item = Result<(RowKey, Entry)>>) -> Result<()> {
        let before = self.entries.len();
        for next in source {
            if self.entries.len() - before == COPIED_AT_ONCE {
                let last = self.entries.last().map(|(key, _)| key);
                let nearer = self.complete_to.as_ref().zip(last);
                if nearer.is_none_or(|(to, last)| precedes(last, to, self.direction)) {
                    self.complete_to = last.cloned();
                }
                break;
            }
            self.entries.push(next?);
        }
        Ok(())
    }

    fn finish(mut self) -> (Vec<(RowKey, Entry)>, Option<RowKey>) {
        // Stable, so of equal keys the newest layer's stays first and is the one that is kept.
        self.entries.sort_by(|(a, _), (b, _)| match self.direction {
            Direction::Forward => a.cmp(b),
            Direction::Backward => b.cmp(a),
        });
        self.entries.dedup_by(|later, first| later.0 == first.0);
        if let Some(to) = &self.complete_to {
            self.entries.retain(|(key, _)| !precedes(to, key, self.direction));
        }
        (self.entries, self.complete_to)
    }
}

fn precedes(a: &RowKey, b: &RowKey, direction: Direction) -> bool {
    match direction {
        Direction::Forward => a < b,
        Direction::Backward => b < a,
    }
}

/// The place where the current stack is published.
pub(in crate::store) struct Published(Place<Stack>);

impl Published {
    pub(in crate::store) fn new(stack: Stack) -> Self {
        Self(Place::new(Some(Counted::new(stack, 0))))
    }

    pub(in crate::store) fn load(&self) -> Look<Stack> {
        self.0.look().unwrap_or_else(|| unreachable!("there always is one"))
    }

    pub(in crate::store) fn is(&self, stack: &Look<Stack>) -> bool {
        self.0.holds(stack)
    }

    pub(in crate::store) fn store(&self, stack: Stack) {
        drop(self.0.swap(Some(Counted::new(stack, 0))));
    }
}
