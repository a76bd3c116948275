//! Opening and closing a prefix of a workspace.

use std::{
    collections::hash_map::Entry,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::{
    lease::{self, Lease, NoWriter},
    name::PrefixName,
    owner,
    peers::{self, Peers},
    unfinished,
};
use crate::{
    Config, Error, Mode, Result,
    class::{Catalogue, TagNames},
    lmdb::{self, EnvOptions, FILES},
    object::{Objects, Shared},
    store::{
        MARK_FILE, OnlyWriter, PINS_FOLDER, PrefixId, RESERVE_FILE, Reserve, SCRATCH_FOLDER, Store,
        View,
    },
    sync::{Mutex, slots},
    txn::{self, Committer},
};

const DATA: &str = FILES[0];
/// How often a prefix that is waited for is looked for.
const LOOKED_EVERY: Duration = Duration::from_millis(2);

/// A prefix that a workspace has open.
#[derive(Debug)]
pub(crate) struct OpenPrefix {
    pub(crate) objects: Arc<Objects>,
    pub(super) folder: PathBuf,
    /// While it is open for writing.
    pub(super) writing: Mutex<Option<Writing>>,
    #[cfg(feature = "tokio")]
    pub(super) states: super::later::States,
    /// Keeps writers out, where this reader could not be seen by them.
    _no_writer: Option<NoWriter>,
    /// Until it is closed, where the folder can be written.
    pub(super) peers: Mutex<Option<Arc<Peers>>>,
}

/// What a writing process has of a prefix.
#[derive(Debug)]
pub(super) struct Writing {
    pub(super) committer: Arc<Committer>,
    _only: OnlyWriter,
    /// Given up last.
    _lease: Lease,
}

/// Opens a prefix, creating it if it is to be written and is not there.
pub(crate) fn open(shared: &Arc<Shared>, name: &PrefixName, mode: Mode) -> Result<OpenPrefix> {
    let all = || open_if(shared, name, mode, |_| true);
    let opened = match all() {
        Err(error) if mode == Mode::ReadWrite && error.is_disk_full() => {
            let reserve = Reserve::of(&name.folder(&shared.config.root));
            // Who wants to make room must get in.
            if reserve.spare().unwrap_or(false) { all() } else { Err(error) }
        }
        opened => opened,
    };
    opened?.ok_or_else(|| unreachable!("every one is what is looked for"))
}

/// Opens a prefix for reading, if it is the one of this id.
pub(crate) fn open_if_of(
    shared: &Arc<Shared>,
    name: &PrefixName,
    id: PrefixId,
) -> Result<Option<OpenPrefix>> {
    open_if(shared, name, Mode::ReadOnly, |found| found == id)
}

fn open_if(
    shared: &Arc<Shared>,
    name: &PrefixName,
    mode: Mode,
    is_wanted: impl FnOnce(PrefixId) -> bool,
) -> Result<Option<OpenPrefix>> {
    let config = &shared.config;
    let folder = name.folder(&config.root);
    let writes = mode == Mode::ReadWrite;
    let mut lease = None;
    owner::check(config, &folder)?;
    if writes {
        lease::make_folder(&folder)?;
    } else {
        wait_for(&folder, name, shared)?;
    }
    let peers = Peers::join(&folder, name.as_str(), config.any_pid_namespace)?;
    if writes {
        lease = Some(Lease::take(&folder, name.as_str(), config.lock)?);
    }
    let out_of_sight = !writes && lmdb::is_on_read_only_medium(&folder);
    let no_writer =
        out_of_sight.then(|| NoWriter::watch(&folder, name.as_str(), config.lock)).transpose()?;
    let store = Store::open(&folder, name.as_str(), &options(config, writes), config.history)?;
    if !is_wanted(store.prefix_id()) {
        return Ok(None);
    }
    if writes {
        unfinished::finish_others(config, &txn::recover(&config.root, &store)?)?;
    }
    let tag_names = if writes { TagNames::reclaimed(&store)? } else { TagNames::default() };
    if !config.auto_refresh {
        store.pins().hold_still()?;
    }
    let catalogue = Arc::new(Catalogue::default());
    catalogue.load(&store)?;
    let names = (catalogue, Arc::new(tag_names));
    let view = View::Live(store);
    let objects = Objects::new(shared.clone(), view, name.as_str().into(), None, names, writes);
    if let Some(other) = shared.open.read().get(&objects.store().prefix_id()) {
        return Err(same_id(other, name));
    }
    let writing = lease.map(|lease| Writing::begin(&objects, lease)).transpose()?;
    if let Some(writing) = &writing
        && objects.sweep_orphans()?
    {
        writing.committer.commit()?;
    }
    match shared.open.write().entry(objects.store().prefix_id()) {
        // Another thread has opened it meanwhile.
        Entry::Occupied(other) => return Err(same_id(other.get(), name)),
        Entry::Vacant(place) => drop(place.insert(objects.clone())),
    }
    if !writes {
        // From here on other prefixes do not step past this one.
        unfinished::finish_own(config, &folder, objects.store())
            .and_then(|()| objects.join_others())
            .inspect_err(|_| drop(shared.open.write().remove(&objects.store().prefix_id())))?;
    }
    Ok(Some(OpenPrefix {
        objects,
        folder,
        writing: Mutex::new(writing),
        #[cfg(feature = "tokio")]
        states: super::later::States::default(),
        _no_writer: no_writer,
        peers: Mutex::new(peers.map(Arc::new)),
    }))
}

/// How the file of a prefix is opened.
pub(super) fn options(config: &Config, writes: bool) -> EnvOptions {
    EnvOptions {
        create: writes,
        read_only: !writes,
        map_size: config.map_size,
        durability: config.durability,
        any_file_system: config.any_file_system,
        any_pid_namespace: config.any_pid_namespace,
        scratch: false,
    }
}

fn same_id(first: &Objects, second: &PrefixName) -> Error {
    Error::SamePrefixId { first: first.name().into(), second: second.to_string() }
}

/// Waits for a writer to create a prefix that is to be read, if the workspace is told to wait.
fn wait_for(folder: &Path, name: &PrefixName, shared: &Shared) -> Result<()> {
    let until = lease::deadline(shared.config.lock);
    while !folder.join(DATA).exists() {
        if !lease::is_before(until) {
            let root = shared.config.root.clone();
            return Err(Error::NoPrefix { prefix: name.to_string(), root });
        }
        std::thread::sleep(LOOKED_EVERY);
    }
    Ok(())
}

impl Writing {
    pub(super) fn begin(objects: &Arc<Objects>, lease: Lease) -> Result<Self> {
        let committer = Committer::start(objects, objects.shared().config.commits_every())?;
        let only = OnlyWriter::new(objects.store());
        Ok(Self { committer: Arc::new(committer), _only: only, _lease: lease })
    }
}

impl OpenPrefix {
    /// The committer of a prefix that is open for writing.
    pub(crate) fn committer(&self) -> Option<Arc<Committer>> {
        self.writing.lock().as_ref().map(|writing| writing.committer.clone())
    }

    /// Commits what waits, and lets go of the prefix; waits for that no longer than `patience`.
    pub(crate) fn close(&self, patience: Option<Duration>) -> Result<()> {
        let stopped = self.committer().map_or(Ok(()), |committer| committer.stop(patience));
        let store = self.objects.store();
        let returned = if self.objects.is_writable() && stopped.is_ok() {
            store.return_oids()
        } else {
            Ok(())
        };
        if self.objects.is_writable() && stopped.is_ok() {
            store.mark_end();
        }
        self.objects.set_closed();
        store.bell().nudge();
        #[cfg(feature = "tokio")]
        if patience.is_none() {
            self.states.end();
        }
        self.objects.shared().open.write().remove(&store.prefix_id());
        // A committer that has not answered goes on, and needs the lease for it.
        if !matches!(stopped, Err(Error::Busy { .. } | Error::Misuse { .. })) {
            store.pins().leave();
            drop(self.writing.lock().take());
            drop(self.peers.lock().take());
        }
        if patience.is_none() {
            // Values of views and snapshots that are gone keep the file open until they are dropped.
            slots::tend_now();
        }
        stopped.and(returned)
    }
}

/// Deletes the folder of a prefix that nobody has open.
pub(crate) fn remove(root: &Path, name: &PrefixName) -> Result<()> {
    let folder = name.folder(root);
    if !folder.join(DATA).exists() {
        return Err(Error::NoPrefix { prefix: name.to_string(), root: root.into() });
    }
    let _lease = Lease::take(&folder, name.as_str(), crate::Lock::Fail)?;
    // Who reads it would go on with a file that nobody finds any more, and never hear of another one.
    let Some(peers) = Peers::join_any(&folder)? else { return remove_files(&folder) };
    let in_use =
        || Error::InUse { prefix: name.to_string(), pids: peers.first().into_iter().collect() };
    peers.while_alone(|| remove_files(&folder))?.ok_or_else(in_use)?
}

fn remove_files(folder: &Path) -> Result<()> {
    // The data first: a prefix that is gone halfway must not look like one.
    let others =
        [lmdb::BELL_FILE, lmdb::COMPACTED_FILE, MARK_FILE, RESERVE_FILE, peers::FILE, lease::FILE];
    for file in FILES.into_iter().chain(others) {
        let path = folder.join(file);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io("deleting", path, &error));
            }
            _ => {}
        }
    }
    for inside in [PINS_FOLDER, SCRATCH_FOLDER] {
        match fs::remove_dir_all(folder.join(inside)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io("deleting", folder.join(inside), &error));
            }
            _ => {}
        }
    }
    // Other prefixes may live in folders below.
    let _ = fs::remove_dir(folder);
    Ok(())
}

/// The prefixes in a folder by their names, and for each a number that another file would not have.
pub(crate) fn files(root: &Path) -> Result<Vec<(String, u64)>> {
    let file = |name: String| {
        let path = PrefixName::new(&name)?.folder(root).join(DATA);
        // One that goes just now has none.
        Ok((name, fs::metadata(path).map_or(0, |file| file.ino())))
    };
    list(root)?.into_iter().map(file).collect()
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
            if folder.join(DATA).exists() {
                names.extend(PrefixName::of_folder(root, &folder).map(|name| name.to_string()));
            }
            visit(root, &folder, names)?;
        }
    }
    Ok(())
}
