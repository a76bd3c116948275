//! Whatever a process's mask for new files is, what db0 makes is its owner's, and nobody else's.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use db0::{Config, Dict, Mode, Result, Workspace};
use db0_faults::{Judge, Roles, Scratch, Verdict};

use crate::limits::{drop_privileges, mask_new_files};

/// What may wait in memory: a part of what is written, so that there is a scratch file.
const BUDGET: usize = 256 << 10;
const ROWS: u64 = 20_000;

#[db0::memo(singleton)]
struct Numbers {
    all: Dict<u64, u64>,
}

/// The files and folders below a folder, with a complaint of each that is not its owner's alone.
fn look(folder: &Path, names: &mut Vec<String>) -> std::result::Result<(), String> {
    for entry in fs::read_dir(folder).map_err(|error| error.to_string())?.flatten() {
        let path = entry.path();
        // One that goes just now.
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        let mode = metadata.permissions().mode() & 0o777;
        let wanted = if metadata.is_dir() { 0o700 } else { 0o600 };
        if mode != wanted {
            return Err(format!("{}: {mode:o}", path.display()));
        }
        names.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        if metadata.is_dir() {
            look(&path, names)?;
        }
    }
    Ok(())
}

fn write_and_look(root: &Path, names: &mut Vec<String>) -> Result<()> {
    let config = || Config::new(root).autocommit(false).pending_size(BUDGET);
    let mut look = || look(root, names).map_err(db0::Error::other);
    let workspace = Workspace::open(config())?;
    let other = workspace.prefix("a/b", Mode::ReadWrite)?;
    let numbers =
        workspace.prefix("default", Mode::ReadWrite)?.singleton(|| Numbers { all: Dict::new() });
    let others = other.singleton(|| Numbers { all: Dict::new() });
    workspace.atomic(|| -> Result<()> {
        others.read().all.try_insert(1, 1)?;
        (0..ROWS).try_for_each(|n| numbers.read().all.try_insert(n.reverse_bits(), n).map(drop))?;
        look()
    })?;
    drop((numbers, others));
    workspace.commit()?;
    let reader = Workspace::open(Config::new(root).read_only())?;
    let snapshot = reader.snapshot()?;
    other.compact()?;
    other.backup(root.join("copy"))?;
    look()?;
    drop(snapshot);
    reader.close()?;
    workspace.close()?;
    // What was made can be opened again by its owner.
    let workspace = Workspace::open(config())?;
    let numbers = workspace.prefix("default", Mode::ReadWrite)?.fetch_singleton::<Numbers>()?;
    assert_eq!(numbers.read().all.len() as u64, ROWS);
    drop(numbers);
    workspace.close()?;
    look()
}

/// In a process of its own, as a user to whom modes mean something.
fn work_under_mask(folder: &Path, mask: u64, _: u64) -> std::result::Result<(), String> {
    mask_new_files(u32::try_from(mask).map_err(|error| error.to_string())?);
    let root = folder.join(format!("{mask:o}/deep"));
    let mut names = Vec::new();
    write_and_look(&root, &mut names).map_err(|error| error.to_string())?;
    let missing: Vec<_> =
        ["data.mdb", "lock.mdb", ".bell", ".peers", ".guard", ".pins", ".scratch", ".mark", "copy"]
            .into_iter()
            .filter(|wanted| !names.iter().any(|name| name == wanted))
            .collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("not seen: {missing:?} of {names:?}")) }
}

#[test]
fn modes_do_not_follow_the_mask_of_the_process() {
    let test = "private_files::modes_do_not_follow_the_mask_of_the_process";
    let roles = Roles::of(test).role("other", |wire| {
        drop_privileges();
        Judge::serve(wire, work_under_mask).expect("the test listens");
    });
    let scratch = Scratch::new().expect("a folder");
    fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o777)).expect("ours");
    let mut judge = Judge::new(&roles, "other");
    for mask in [0, 0o022, 0o077, 0o177, 0o277, 0o777] {
        let verdict = judge.ask(scratch.path(), mask, 0).expect("it is asked");
        assert_eq!(verdict, Verdict::Sound, "under {mask:o}");
    }
}
