//! The smallest thing that a crash keeps or loses.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::trace::{Change, Disk, NameChange, Node, PAGE};

/// A piece of a change that is not yet safely on disk.
#[derive(Clone, Debug)]
pub(crate) enum Unit {
    /// Bytes within one page: the page cache writes back pages, each by itself.
    Data {
        node: Node,
        offset: u64,
        bytes: Arc<[u8]>,
        range: Range<usize>,
    },
    Size {
        node: Node,
        len: u64,
    },
    Name(NameChange),
}

/// What is kept in order: of these units a crash keeps the first few, never a later one alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Chain {
    /// A page in memory holds all that was written to it so far.
    Page(Node, u64),
    Size(Node),
    /// File systems with a journal keep changes of names in order.
    Names,
}

impl Unit {
    /// The units of a change; none for a sync.
    pub(crate) fn all_of(change: &Change) -> Vec<Self> {
        match change {
            Change::Write { node, offset, bytes, .. } => pages(*offset, bytes.len())
                .map(|range| {
                    let offset = offset + range.start as u64;
                    Self::Data { node: *node, offset, bytes: bytes.clone(), range }
                })
                .collect(),
            Change::Resize { node, len } => vec![Self::Size { node: *node, len: *len }],
            Change::Name(change) => vec![Self::Name(change.clone())],
            Change::SyncFile { .. } | Change::SyncFolder { .. } => Vec::new(),
        }
    }

    pub(crate) fn chain(&self) -> Chain {
        match self {
            Self::Data { node, offset, .. } => Chain::Page(*node, offset / PAGE as u64),
            Self::Size { node, .. } => Chain::Size(*node),
            Self::Name(_) => Chain::Names,
        }
    }

    pub(crate) fn apply(&self, disk: &mut Disk) {
        match self {
            Self::Data { node, offset, bytes, range } => {
                disk.file(*node).write(*offset, &bytes[range.clone()]);
            }
            Self::Size { node, len } => disk.file(*node).resize(*len),
            Self::Name(change) => disk.rename(change),
        }
    }

    /// Applies what the unit does to the file's size, and not its bytes.
    pub(crate) fn apply_size(&self, disk: &mut Disk) {
        match self {
            Self::Data { node, offset, range, .. } => {
                disk.file(*node).grow(offset + range.len() as u64);
            }
            whole => whole.apply(disk),
        }
    }

    pub(crate) fn is_of(&self, file: Node) -> bool {
        match self {
            Self::Data { node, .. } | Self::Size { node, .. } => *node == file,
            Self::Name(_) => false,
        }
    }

    pub(crate) fn touches(&self, folder: &Path) -> bool {
        matches!(self, Self::Name(change) if change.touches(folder))
    }
}

/// Cuts `len` bytes at `offset` where pages begin.
fn pages(offset: u64, len: usize) -> impl Iterator<Item = Range<usize>> {
    let within = usize::try_from(offset % PAGE as u64).unwrap_or(0);
    let mut start = 0;
    std::iter::from_fn(move || {
        let end = len.min((start + within) / PAGE * PAGE + PAGE - within);
        let range = start..end;
        start = end;
        (!range.is_empty()).then_some(range)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn writes_are_cut_where_pages_begin() {
        let cut = |offset, len| super::pages(offset, len).collect::<Vec<_>>();
        assert_eq!(cut(4090, 10), [0..6, 6..10]);
        assert_eq!(cut(8192, 8192), [0..4096, 4096..8192]);
        assert_eq!(cut(1, 3), std::slice::from_ref(&(0..3)));
        assert_eq!(cut(0, 0), []);
    }
}
