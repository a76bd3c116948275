//! Commits over several prefixes that a writer has begun and did not live to finish.
//!
//! They have happened once they are in the journal: whoever comes next brings all their parts into their
//! prefixes, so that nobody sees one without the others.

use std::{
    collections::BTreeSet,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use super::{
    lease::Lease,
    name::PrefixName,
    open::{list, options},
    peers::Peers,
};
use crate::{
    Config, Error, Result,
    object::Shared,
    store::{PrefixId, Store},
    txn,
};

/// How long a reader waits for a writer to finish what it has begun.
const PATIENCE: Duration = Duration::from_secs(5);
/// A step that waits for longer may wait for a writer that is no more.
const DEAD_AFTER: Duration = Duration::from_millis(50);
const TRIED_EVERY: Duration = Duration::from_millis(1);

/// Finishes what journals have for prefixes other than the one that is being opened for writing. Those
/// that others write have been finished by these.
pub(super) fn finish_others(config: &Config, parts: &BTreeSet<PrefixId>) -> Result<()> {
    if parts.is_empty() {
        return Ok(());
    }
    for name in list(&config.root)? {
        if let Err(error) = finish_if_named(config, &name, parts) {
            tracing::warn!("finishing a commit over several prefixes in {name:?}: {error}");
        }
    }
    Ok(())
}

fn finish_if_named(config: &Config, name: &str, parts: &BTreeSet<PrefixId>) -> Result<()> {
    let name = PrefixName::new(name)?;
    let folder = name.folder(&config.root);
    let _peers = Peers::join(&folder, name.as_str(), config.any_pid_namespace)?;
    let Some(_lease) = Lease::take_briefly(&folder)? else { return Ok(()) };
    let store = Store::open(&folder, name.as_str(), &options(config, true), config.history)?;
    if parts.contains(&store.prefix_id()) {
        txn::recover(&config.root, &store)?;
    }
    Ok(())
}

/// Makes sure that a prefix that is being opened for reading has its part of every commit that has
/// happened: that its writer brings it in, or this process does where nobody writes.
pub(super) fn finish_own(config: &Config, folder: &Path, store: &Store) -> Result<()> {
    let began = Instant::now();
    while !try_to_finish(config, folder, store)? {
        if began.elapsed() > PATIENCE {
            let why = "its writer has begun a commit over several prefixes and not finished it: open it for writing once";
            return Err(Error::Format { path: folder.into(), why: why.into() });
        }
        thread::sleep(TRIED_EVERY);
    }
    Ok(())
}

/// False while the prefix lacks its part of a commit, and somebody else may bring it in.
fn try_to_finish(config: &Config, folder: &Path, store: &Store) -> Result<bool> {
    if !txn::is_unfinished(&config.root, store)? {
        return Ok(true);
    }
    // Who may not write there waits for somebody who may.
    let Ok(Some(_lease)) = Lease::take_briefly(folder) else { return Ok(false) };
    store.take_rope()?;
    txn::recover(&config.root, store)?;
    Ok(true)
}

/// Where a step has been waiting for the other part of a commit for longer than a writer takes from one to
/// the other, the writer may have died in between: what it has begun is finished.
pub(crate) fn finish_for_the_dead(shared: &Shared) -> Result<()> {
    let open: Vec<_> = {
        let open = shared.open.read();
        if open.len() < 2 || !open.values().any(|objects| objects.is_behind()) {
            return Ok(());
        }
        open.values().cloned().collect()
    };
    let began = *shared.behind_since.lock().get_or_insert_with(Instant::now);
    if began.elapsed() < DEAD_AFTER {
        return Ok(());
    }
    *shared.behind_since.lock() = None;
    let mut readers = open.iter().filter(|objects| !objects.is_writable());
    readers.try_for_each(|objects| {
        let store = objects.store();
        try_to_finish(&shared.config, store.folder(), store).map(drop)
    })
}
