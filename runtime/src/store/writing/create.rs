//! Making the environment of a new prefix: whole, or not at all.

use std::{
    fs::{self, File},
    path::Path,
};

use crate::{
    Error, Result,
    lmdb::{COMPACTED_FILE, Env, EnvOptions, FILES, Fault, TableId},
    private,
    store::{
        folder::mark::Mark,
        head::{HEAD_KEY, Head},
        num::PrefixId,
        table::Table,
    },
};

/// Where a new environment is prepared. No prefix name stands for a folder that starts with a dot.
const WORKSHOP: &str = ".new";

/// Makes a new environment, if there is none. The caller has the lease.
pub(in crate::store) fn create_if_missing(
    folder: &Path,
    name: &str,
    options: &EnvOptions,
) -> Result<()> {
    if folder.join(FILES[0]).exists() {
        // Of somebody who died while compacting: it may be as large as the data.
        let _ = fs::remove_file(folder.join(COMPACTED_FILE));
        return Ok(());
    }
    place(folder, |workshop| write_first(workshop, name, options))
}

/// Has an environment made beside its place and moves it there, since it can't be made in one step: cut
/// short, LMDB's own first writes leave a file that no longer opens. The caller has the lease.
pub(crate) fn place(folder: &Path, make: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let [data, _] = FILES;
    let (place, workshop) = (folder.join(data), folder.join(WORKSHOP));
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |error: std::io::Error| Error::io("creating", path, &error)
    };
    if workshop.exists() {
        fs::remove_dir_all(&workshop).map_err(failed(&workshop))?;
    }
    private::create_folder(&workshop).map_err(failed(&workshop))?;
    if let Err(error) = make(&workshop) {
        // What can't be removed now is removed by the next one.
        let _ = fs::remove_dir_all(&workshop);
        return Err(error);
    }
    let new = workshop.join(data);
    File::open(&new).and_then(|file| file.sync_all()).map_err(failed(&new))?;
    // Of another file, which was there before.
    Mark::remove(folder)?;
    fs::rename(&new, &place).map_err(failed(&place))?;
    for parent in [Some(folder), folder.parent()].into_iter().flatten() {
        File::open(parent).and_then(|folder| folder.sync_all()).map_err(failed(parent))?;
    }
    fs::remove_dir_all(&workshop).map_err(failed(&workshop))
}

/// Gives the environment in a folder another prefix's name. Its file has been verified.
pub(crate) fn rename(folder: &Path, name: &str, options: &EnvOptions) -> Result<()> {
    let failed = |fault: Fault| fault.at("naming", folder);
    let env = Env::open(folder, options)?;
    let main = env.main_table().map_err(failed)?;
    let mut txn = env.write().map_err(failed)?;
    let row = txn.get(main, HEAD_KEY).map_err(failed)?.unwrap_or_default();
    let head = Head::decode(row).map_err(|why| Error::Format { path: folder.into(), why })?;
    let head = Head { name: name.into(), ..head }.encode();
    txn.put(main, HEAD_KEY, &head).map_err(failed)?;
    txn.commit().map_err(failed)
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
pub(in crate::store) fn tables(
    env: &Env,
    folder: &Path,
) -> Result<(TableId, [TableId; Table::ALL.len()])> {
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
