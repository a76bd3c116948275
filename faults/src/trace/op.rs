//! One thing that happened to the files, and how far the workload was by then.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// A file by itself, whatever it is called; never reused within a trace.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Node(pub(crate) u32);

/// A change, and what the workload had said when it happened.
#[derive(Clone, Debug)]
pub(crate) struct Op {
    pub(crate) change: Change,
    pub(crate) acknowledged: u64,
    pub(crate) attempted: u64,
}

/// Paths are relative to the recorded directory.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Write { node: Node, offset: u64, bytes: Arc<[u8]>, synced: bool },
    Resize { node: Node, len: u64 },
    Name(NameChange),
    SyncFile { node: Node },
    SyncFolder { path: PathBuf },
}

/// What changes a folder and not the bytes of a file.
#[derive(Clone, Debug)]
pub(crate) enum NameChange {
    Create { path: PathBuf, node: Node },
    MakeFolder { path: PathBuf },
    Rename { from: PathBuf, to: PathBuf },
    Remove { path: PathBuf },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write { node, offset, bytes, synced } => {
                let how = if *synced { "synced write" } else { "write" };
                write!(f, "{how} of {} bytes at {offset} of file {}", bytes.len(), node.0)
            }
            Self::Resize { node, len } => write!(f, "resize of file {} to {len}", node.0),
            Self::Name(NameChange::Create { path, node }) => {
                write!(f, "creation of file {} as {}", node.0, path.display())
            }
            Self::Name(NameChange::MakeFolder { path }) => write!(f, "mkdir of {}", path.display()),
            Self::Name(NameChange::Rename { from, to }) => {
                write!(f, "rename of {} to {}", from.display(), to.display())
            }
            Self::Name(NameChange::Remove { path }) => write!(f, "removal of {}", path.display()),
            Self::SyncFile { node } => write!(f, "sync of file {}", node.0),
            Self::SyncFolder { path } => write!(f, "sync of folder {:?}", path.display()),
        }
    }
}
