//! Opening and closing a prefix of a workspace.

use std::{fs, path::Path, sync::Arc, time::Duration};

use super::{
    lease::{self, Lease},
    name::PrefixName,
};
use crate::{
    Error, Mode, Result,
    class::{Catalogue, TagNames},
    lmdb::{EnvOptions, FILES},
    object::{Objects, Shared},
    store::{Store, View},
    txn::{self, Committer},
};

/// A prefix that a workspace has open.
#[derive(Debug)]
pub(crate) struct OpenPrefix {
    pub(crate) objects: Arc<Objects>,
    /// Of a prefix that is open for writing.
    pub(crate) committer: Option<Committer>,
    /// Given up last.
    _lease: Option<Lease>,
}

/// Opens a prefix, creating it if it is to be written and is not there.
pub(crate) fn open(shared: &Arc<Shared>, name: &PrefixName, mode: Mode) -> Result<OpenPrefix> {
    let config = &shared.config;
    let folder = name.folder(&config.root);
    let writes = mode == Mode::ReadWrite;
    let lease = if writes {
        lease::make_folder(&folder)?;
        Some(Lease::take(&folder, name.as_str(), config.lock)?)
    } else if folder.join("data.mdb").exists() {
        None
    } else {
        return Err(Error::NoPrefix { prefix: name.to_string(), root: config.root.clone() });
    };
    let options = EnvOptions {
        create: writes,
        read_only: !writes,
        map_size: config.map_size,
        durability: config.durability,
        any_file_system: config.any_file_system,
        scratch: false,
    };
    let store = Store::open(&folder, name.as_str(), &options, config.history)?;
    if writes {
        txn::recover(&config.root, &store)?;
    }
    let catalogue = Arc::new(Catalogue::default());
    catalogue.load(&store)?;
    let names = (catalogue, Arc::new(TagNames::default()));
    let view = if writes { View::Live(store) } else { View::Following(store) };
    let objects = Objects::new(shared.clone(), view, name.as_str().into(), None, names, writes);
    if let Some(other) = shared.open.read().get(&objects.store().prefix_id()) {
        return Err(Error::SamePrefixId { first: other.name().into(), second: name.to_string() });
    }
    let committer = writes.then(|| Committer::start(&objects, config.autocommit)).transpose()?;
    if let Some(committer) = &committer
        && objects.sweep_orphans()?
    {
        committer.commit()?;
    }
    shared.open.write().insert(objects.store().prefix_id(), objects.clone());
    Ok(OpenPrefix { objects, committer, _lease: lease })
}

impl OpenPrefix {
    /// Commits what waits, and lets go of the prefix; waits for that no longer than `patience`.
    pub(crate) fn close(&self, patience: Option<Duration>) -> Result<()> {
        let stopped = self.committer.as_ref().map_or(Ok(()), |committer| committer.stop(patience));
        let store = self.objects.store();
        let returned = if self.objects.is_writable() && stopped.is_ok() {
            store.return_oids()
        } else {
            Ok(())
        };
        self.objects.set_closed();
        self.objects.shared().open.write().remove(&store.prefix_id());
        stopped.and(returned)
    }
}

/// Deletes the folder of a prefix that nobody writes.
pub(crate) fn remove(root: &Path, name: &PrefixName) -> Result<()> {
    let folder = name.folder(root);
    if !folder.join("data.mdb").exists() {
        return Err(Error::NoPrefix { prefix: name.to_string(), root: root.into() });
    }
    let _lease = Lease::take(&folder, name.as_str(), crate::Lock::Fail)?;
    // The data first: a prefix that is gone halfway must not look like one.
    for file in FILES.into_iter().chain([lease::FILE]) {
        let path = folder.join(file);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io("deleting", path, &error));
            }
            _ => {}
        }
    }
    // Other prefixes may live in folders below.
    let _ = fs::remove_dir(&folder);
    Ok(())
}

/// The names of the prefixes in a folder, sorted.
pub(crate) fn list(root: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    visit(root, root, &mut names)?;
    names.sort();
    Ok(names)
}

fn visit(root: &Path, folder: &Path, names: &mut Vec<String>) -> Result<()> {
    let failed = |error: &std::io::Error| Error::io("listing", folder, error);
    for entry in fs::read_dir(folder).map_err(|e| failed(&e))? {
        let entry = entry.map_err(|e| failed(&e))?;
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let folder = entry.path();
            if folder.join("data.mdb").exists() {
                names.extend(PrefixName::of_folder(root, &folder).map(|name| name.to_string()));
            }
            visit(root, &folder, names)?;
        }
    }
    Ok(())
}
