//! What readers look through: uncommitted layers, newest first, over a committed state.

use std::sync::Arc;

use super::{
    key::RowKey,
    layer::{Entry, Layer},
    num::StateNum,
    scan::{Direction, KeyRange},
    table::Table,
};
use crate::sync::slots::{Counted, Look, Place};

/// Layers over a committed state; never changed, only replaced by another stack.
#[derive(Debug)]
pub(crate) struct Stack {
    /// Newest first; only the first is still written to.
    pub(crate) layers: Vec<Arc<Layer>>,
    pub(crate) base: StateNum,
}

impl Stack {
    pub(crate) fn new(base: StateNum) -> Self {
        Self { layers: vec![Arc::default()], base }
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
pub(super) fn copy_entries(
    layers: &[Arc<Layer>],
    table: Table,
    range: &KeyRange,
    direction: Direction,
) -> (Vec<(RowKey, Entry)>, Option<RowKey>) {
    let mut merged: Vec<(RowKey, Entry)> = Vec::new();
    let mut complete_to: Option<RowKey> = None;
    for layer in layers.iter().filter(|layer| layer.is_used()) {
        let rows = layer.read();
        let mut last = None;
        for (copied, (key, entry)) in rows.range(table, range, direction).enumerate() {
            if copied == COPIED_AT_ONCE {
                let nearer = complete_to
                    .as_ref()
                    .zip(last.as_ref())
                    .is_none_or(|(to, last)| precedes(last, to, direction));
                if nearer {
                    complete_to = last;
                }
                break;
            }
            last = Some(key.clone());
            merged.push((key.clone(), entry.clone()));
        }
    }
    // Stable, so of equal keys the newest layer's stays first and is the one that is kept.
    merged.sort_by(|(a, _), (b, _)| match direction {
        Direction::Forward => a.cmp(b),
        Direction::Backward => b.cmp(a),
    });
    merged.dedup_by(|later, first| later.0 == first.0);
    if let Some(to) = &complete_to {
        merged.retain(|(key, _)| !precedes(to, key, direction));
    }
    (merged, complete_to)
}

fn precedes(a: &RowKey, b: &RowKey, direction: Direction) -> bool {
    match direction {
        Direction::Forward => a < b,
        Direction::Backward => b < a,
    }
}

/// The place where the current stack is published.
pub(super) struct Published(Place<Stack>);

impl Published {
    pub(super) fn new(stack: Stack) -> Self {
        Self(Place::new(Some(Counted::new(stack, 0))))
    }

    pub(super) fn load(&self) -> Look<Stack> {
        self.0.look().unwrap_or_else(|| unreachable!("there always is one"))
    }

    pub(super) fn is(&self, stack: &Look<Stack>) -> bool {
        self.0.holds(stack)
    }

    pub(super) fn store(&self, stack: Stack) {
        drop(self.0.swap(Some(Counted::new(stack, 0))));
    }
}
