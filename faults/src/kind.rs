//! The kinds of calls that are told apart.

/// What a call asks of a file. The 64-bit names of a call count as the same kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// `open` and `openat`.
    Open,
    /// `write`, at the descriptor's own position.
    Write,
    /// `pwrite`.
    Pwrite,
    /// `writev`.
    Writev,
    /// `pwritev`.
    Pwritev,
    /// Any of these on a descriptor that was opened with `O_DSYNC` or `O_SYNC`: LMDB's commit point.
    SyncedWrite,
    /// `fsync`, of a file or a directory.
    Fsync,
    /// `fdatasync`.
    Fdatasync,
    /// `ftruncate`.
    Ftruncate,
    /// `mmap` of a file.
    Mmap,
    /// `rename` and `renameat`.
    Rename,
    /// `unlink`, `unlinkat` and `rmdir`.
    Unlink,
    /// `mkdir`.
    Mkdir,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::Open,
        Self::Write,
        Self::Pwrite,
        Self::Writev,
        Self::Pwritev,
        Self::SyncedWrite,
        Self::Fsync,
        Self::Fdatasync,
        Self::Ftruncate,
        Self::Mmap,
        Self::Rename,
        Self::Unlink,
        Self::Mkdir,
    ];

    /// Whether the call carries bytes, and so can be cut short.
    pub fn carries_bytes(self) -> bool {
        matches!(
            self,
            Self::Write | Self::Pwrite | Self::Writev | Self::Pwritev | Self::SyncedWrite
        )
    }

    /// Whether a full or broken device refuses the call: all that changes or syncs something.
    pub fn reaches_the_device(self) -> bool {
        !matches!(self, Self::Open | Self::Mmap)
    }
}
