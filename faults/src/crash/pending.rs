//! What is safe and what is still on its way, at one moment of a trace.

use crate::trace::{Change, Disk};

use super::unit::{Chain, Unit};

/// The disk as it surely is, and what it may have taken in beyond that.
pub(crate) struct Pending {
    safe: Disk,
    units: Vec<Unit>,
}

impl Pending {
    pub(crate) fn new(safe: Disk) -> Self {
        Self { safe, units: Vec::new() }
    }

    pub(crate) fn safe(&self) -> &Disk {
        &self.safe
    }

    pub(crate) fn units(&self) -> &[Unit] {
        &self.units
    }

    /// The change has been asked for.
    pub(crate) fn begin(&mut self, change: &Change) {
        self.units.extend(Unit::all_of(change));
    }

    /// The change has returned: what it promises is safe.
    pub(crate) fn end(&mut self, change: &Change) {
        match change {
            // Pages are flushed whole: what was written to them before goes along.
            Change::Write { synced: true, .. } => {
                let flushed: Vec<Chain> = Unit::all_of(change).iter().map(Unit::chain).collect();
                self.settle(|unit| flushed.contains(&unit.chain()));
            }
            Change::SyncFile { node } => self.settle(|unit| unit.is_of(*node)),
            // One change of names is not safe before those that were made earlier.
            Change::SyncFolder { path } => {
                let last = self.units.iter().rposition(|unit| unit.touches(path));
                let mut position = 0;
                self.settle(|unit| {
                    position += 1;
                    unit.chain() == Chain::Names && last.is_some_and(|last| position <= last + 1)
                });
            }
            Change::Write { .. } | Change::Resize { .. } | Change::Name(_) => {}
        }
    }

    fn settle(&mut self, mut is_safe: impl FnMut(&Unit) -> bool) {
        let units = std::mem::take(&mut self.units);
        for unit in units {
            if is_safe(&unit) {
                unit.apply(&mut self.safe);
            } else {
                self.units.push(unit);
            }
        }
    }

    /// The disk with the units that `chosen` marks.
    pub(crate) fn with(&self, chosen: &[bool]) -> Disk {
        let mut disk = self.safe.clone();
        for (unit, _) in self.units.iter().zip(chosen).filter(|(_, chosen)| **chosen) {
            unit.apply(&mut disk);
        }
        disk
    }
}
