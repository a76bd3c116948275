//! A finished recording.

use super::disk::Disk;
use super::op::{Change, Op};

/// What happened to the files of a directory, from a start that was safely on disk.
#[derive(Debug)]
pub struct Trace {
    start: Disk,
    ops: Vec<Op>,
    acknowledged: u64,
    attempted: u64,
}

impl Trace {
    pub(crate) fn new(start: Disk, ops: Vec<Op>, acknowledged: u64, attempted: u64) -> Self {
        Self { start, ops, acknowledged, attempted }
    }

    /// How many changes and syncs were recorded.
    pub fn len(&self) -> usize {
        self.ops.len()
    }

    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// How many syncs of files and folders were recorded, synced writes among them.
    pub fn syncs(&self) -> usize {
        let syncs = |op: &&Op| match op.change {
            Change::Write { synced, .. } => synced,
            Change::SyncFile { .. } | Change::SyncFolder { .. } => true,
            Change::Resize { .. } | Change::Name(_) => false,
        };
        self.ops.iter().filter(syncs).count()
    }

    pub(crate) fn start(&self) -> &Disk {
        &self.start
    }

    pub(crate) fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// What the workload had acknowledged and attempted when the recording ended.
    pub(crate) fn progress(&self) -> (u64, u64) {
        (self.acknowledged, self.attempted)
    }

    /// The directory when no crash comes.
    pub(crate) fn end(&self) -> Disk {
        let mut disk = self.start.clone();
        for op in &self.ops {
            match &op.change {
                Change::Write { node, offset, bytes, .. } => disk.file(*node).write(*offset, bytes),
                Change::Resize { node, len } => disk.file(*node).resize(*len),
                Change::Name(change) => disk.rename(change),
                Change::SyncFile { .. } | Change::SyncFolder { .. } => {}
            }
        }
        disk
    }
}
