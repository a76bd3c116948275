//! A contender's folder: temporary, and weighed.

use std::{fs, os::unix::fs::MetadataExt, path::Path};

use tempfile::TempDir;

/// A new folder for a contender's files, on the disk that is measured.
pub(crate) fn new() -> TempDir {
    // Temporary folders are often in memory; `TMPDIR` says where the disk is.
    tempfile::Builder::new().prefix("db0-compare-").tempdir().expect("a temporary folder")
}

/// The bytes that the files below a folder take on disk.
pub(crate) fn bytes(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries.flatten().map(|entry| entry_bytes(&entry)).sum()
}

fn entry_bytes(entry: &fs::DirEntry) -> u64 {
    match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => bytes(&entry.path()),
        Ok(metadata) => metadata.blocks() * 512,
        Err(_) => 0,
    }
}
