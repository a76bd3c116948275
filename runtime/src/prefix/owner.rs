//! Whose folders a prefix is in: who may write there can put anything in the place of its files.

use std::{
    fs::{self, Metadata},
    os::unix::fs::MetadataExt,
    path::Path,
};

use crate::{
    Config, Error, Result,
    lmdb::{self, FILES},
};

const OTHERS_WRITE: u32 = 0o002;
/// What is in a folder, only its owner may remove.
const STICKY: u32 = 0o1000;
const ROOT: u32 = 0;

/// Refuses a workspace or prefix that another user could change, and links in the place of folders.
/// What is not there yet is made for its owner alone.
pub(super) fn check(config: &Config, folder: &Path) -> Result<()> {
    if config.any_owner {
        return Ok(());
    }
    let root = &config.root;
    if let Ok(metadata) = fs::metadata(root) {
        check_writers(root, &metadata)?;
    }
    let below = folder.strip_prefix(root).unwrap_or(Path::new(""));
    let mut at = root.clone();
    for part in below {
        at.push(part);
        let Ok(metadata) = fs::symlink_metadata(&at) else { return Ok(()) };
        if metadata.is_symlink() {
            return refuse(&at, "it is a link: put the folder itself there");
        }
        check_writers(&at, &metadata)?;
    }
    for file in FILES {
        let at = at.join(file);
        let Ok(metadata) = fs::symlink_metadata(&at) else { continue };
        if !metadata.is_file() {
            return refuse(&at, "it is not a plain file");
        }
        check_writers(&at, &metadata)?;
    }
    Ok(())
}

fn check_writers(path: &Path, metadata: &Metadata) -> Result<()> {
    let mode = metadata.mode();
    if mode & OTHERS_WRITE != 0 && mode & STICKY == 0 {
        let why = "everybody may write to it, and so change what is stored: take that away (chmod o-w), or see Config::any_owner";
        return refuse(path, why);
    }
    let me = lmdb::my_user();
    if me != ROOT && metadata.uid() != me && metadata.uid() != ROOT {
        let why = format!(
            "it belongs to user {}, who could change what is stored: let it belong to user {me}, or see Config::any_owner",
            metadata.uid()
        );
        return refuse(path, &why);
    }
    Ok(())
}

fn refuse(path: &Path, why: &str) -> Result<()> {
    Err(Error::Format { path: path.into(), why: why.into() })
}
