//! Making the environment of a new prefix: whole, or not at all.

use std::{
    fs::{self, File},
    path::Path,
};

use super::{
    head::{HEAD_KEY, Head},
    num::PrefixId,
    table::Table,
};
use crate::{
    Error, Result,
    lmdb::{COMPACTED_FILE, Env, EnvOptions, FILES, Fault, TableId},
};

/// Where a new environment is prepared. No prefix name stands for a folder that starts with a dot.
const WORKSHOP: &str = ".new";

/// Prepares a new environment beside its place and moves it there, since LMDB's own first writes
/// are not one step: cut short, they leave a file that no longer opens. The caller has the lease.
pub(super) fn create_if_missing(folder: &Path, name: &str, options: &EnvOptions) -> Result<()> {
    let [data, _] = FILES;
    let (place, workshop) = (folder.join(data), folder.join(WORKSHOP));
    if place.exists() {
        // Of somebody who died while compacting: it may be as large as the data.
        let _ = fs::remove_file(folder.join(COMPACTED_FILE));
        return Ok(());
    }
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |error: std::io::Error| Error::io("creating", path, &error)
    };
    if workshop.exists() {
        fs::remove_dir_all(&workshop).map_err(failed(&workshop))?;
    }
    fs::create_dir(&workshop).map_err(failed(&workshop))?;
    write_first(&workshop, name, options)?;
    let made = workshop.join(data);
    File::open(&made).and_then(|file| file.sync_all()).map_err(failed(&made))?;
    fs::rename(&made, &place).map_err(failed(&place))?;
    for parent in [Some(folder), folder.parent()].into_iter().flatten() {
        File::open(parent).and_then(|folder| folder.sync_all()).map_err(failed(parent))?;
    }
    fs::remove_dir_all(&workshop).map_err(failed(&workshop))
}

fn write_first(folder: &Path, name: &str, options: &EnvOptions) -> Result<()> {
    let failed = |fault: Fault| fault.at("creating", folder);
    let env = Env::open(folder, options)?;
    let (main, _) = tables(&env, folder)?;
    let head = Head::new(PrefixId::random(), name).encode();
    let mut txn = env.write().map_err(failed)?;
    txn.put(main, HEAD_KEY, &head).map_err(failed)?;
    txn.commit().map_err(failed)
}

/// Opens the tables, the main one first; in a new environment they are made.
pub(super) fn tables(env: &Env, folder: &Path) -> Result<(TableId, [TableId; Table::ALL.len()])> {
    let failed = |fault: Fault| fault.at("opening", folder);
    let main = env.main_table().map_err(failed)?;
    let mut tables = [main; Table::ALL.len()];
    for table in Table::ALL {
        let why = || "a table is missing: it is not one of db0's files".into();
        let missing = || Error::Format { path: folder.into(), why: why() };
        tables[table.index()] = env.table(table.name()).map_err(failed)?.ok_or_else(missing)?;
    }
    Ok((main, tables))
}
