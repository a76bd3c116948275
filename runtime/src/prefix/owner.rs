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
    let depth = folder.strip_prefix(&config.root).map_or(0, |below| below.iter().count());
    // From the workspace down, without the slash that its path may end with, which leads through a link.
    let folders: Vec<&Path> = folder.ancestors().take(depth + 1).collect();
    for at in folders.into_iter().rev() {
        let Ok(metadata) = fs::symlink_metadata(at) else { return Ok(()) };
        if metadata.is_symlink() {
            let why = "it is a link, whose owner could lead it elsewhere: name or put the folder itself there, or see Config::any_owner";
            return refuse(at, why);
        }
        check_writers(at, &metadata)?;
    }
    for file in FILES {
        let at = folder.join(file);
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
