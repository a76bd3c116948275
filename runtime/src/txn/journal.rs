//! The journal: commits of several prefixes that are to happen all or not at all.
//!
//! A file of the workspace's folder, `.journal-<prefix id>-<state>`, named by its first part:
//!
//! ```text
//! parts     u32 LE
//! lengths   u32 LE count of bytes each
//! parts     commits as values, with a checksum each
//! ```
//! It is written beside its place, synced, and renamed: that is the moment at which the commit
//! happens. It goes away once every part is in its prefix; found at the opening of a prefix, that one's
//! part is applied first, and taken out of the journal.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use crate::{
    Error, Result, private,
    store::{Commit, PrefixId, StateNum, Store},
};

const NAME: &str = ".journal-";
const UNFINISHED: &str = ".unfinished";
/// A journal from which a prefix has taken its part, in the prefix's folder while it is made.
const MENDED: &str = ".mended";

/// A journal that has been written.
pub(crate) struct Journal {
    path: PathBuf,
}

impl Journal {
    /// Writes the parts: when this returns, they are going to happen, come what may.
    pub(crate) fn write(
        root: &Path,
        first: (PrefixId, StateNum),
        parts: &[Vec<u8>],
    ) -> Result<Self> {
        let path = root.join(format!("{}-{}", name_front(first.0), first.1));
        put(&path, &PathBuf::from(format!("{}{UNFINISHED}", path.display())), parts)?;
        Ok(Self { path })
    }

    /// Every part is on disk: the journal has done its work.
    pub(crate) fn done(self) {
        remove(&self.path);
    }
}

/// How the names of journals begin that the writer of a prefix makes.
fn name_front(prefix: PrefixId) -> String {
    format!("{NAME}{:015x}", prefix.0)
}

/// Puts a journal of these parts in its place, in one step; `unfinished` is nobody else's meanwhile.
fn put(path: &Path, unfinished: &Path, parts: &[impl AsRef<[u8]>]) -> Result<()> {
    let failed = |error: std::io::Error| Error::io("writing", unfinished, &error);
    let mut file = private::create_anew(unfinished).map_err(failed)?;
    let lengths = std::iter::once(parts.len()).chain(parts.iter().map(|part| part.as_ref().len()));
    let lengths: Vec<u8> = lengths.flat_map(|len| (len as u32).to_le_bytes()).collect();
    file.write_all(&lengths).map_err(failed)?;
    parts.iter().try_for_each(|part| file.write_all(part.as_ref())).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    fs::rename(unfinished, path).map_err(failed)?;
    path.parent().map_or(Ok(()), sync_folder).inspect_err(|_| {
        // It counts as not written, and must not be found beside the one that is written next.
        remove(path);
    })
}

fn sync_folder(root: &Path) -> Result<()> {
    let synced = File::open(root).and_then(|folder| folder.sync_all());
    synced.map_err(|error| Error::io("syncing", root, &error))
}

fn parts(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let (count, mut rest) = bytes.split_at_checked(4)?;
    let count = u32::from_le_bytes(count.try_into().ok()?);
    let mut lengths = Vec::new();
    for _ in 0..count {
        let (len, behind) = rest.split_at_checked(4)?;
        lengths.push(u32::from_le_bytes(len.try_into().ok()?) as usize);
        rest = behind;
    }
    let mut parts = Vec::new();
    for len in lengths {
        let (part, behind) = rest.split_at_checked(len)?;
        parts.push(part);
        rest = behind;
    }
    Some(parts)
}

/// The journals of a workspace that are written to the end.
fn written(
    root: &Path,
    mut unfinished: impl FnMut(&Path, &str),
) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let failed = |error: &std::io::Error| Error::io("looking for journals in", root, error);
    let mut found = Vec::new();
    for entry in fs::read_dir(root).map_err(|e| failed(&e))? {
        let path = entry.map_err(|e| failed(&e))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if !name.starts_with(NAME) {
            continue;
        }
        if name.ends_with(UNFINISHED) {
            unfinished(&path, name);
            continue;
        }
        match fs::read(&path) {
            Ok(bytes) => found.push((path, bytes)),
            // Another prefix's opening has just finished with it.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io("reading", path, &error)),
        }
    }
    Ok(found)
}

fn damaged(path: &Path, why: impl Into<String>) -> Error {
    Error::Format { path: path.into(), why: why.into() }
}

/// Calls `each` with the commits of a journal, and their bytes.
fn each_part<'j>(
    path: &Path,
    bytes: &'j [u8],
    mut each: impl FnMut(Commit<'j>, &'j [u8]) -> Result<()>,
) -> Result<()> {
    let parts = parts(bytes).ok_or_else(|| damaged(path, "the journal is cut short"))?;
    parts
        .into_iter()
        .try_for_each(|part| each(Commit::decode(part).map_err(|why| damaged(path, why))?, part))
}

/// Applies what journals of a workspace have for a prefix that is being opened for writing. Gives the
/// prefixes for which they have something still.
pub(crate) fn recover(root: &Path, store: &Store) -> Result<BTreeSet<PrefixId>> {
    // Only the writer of this prefix makes such, and that is the caller now.
    let unfinished = |path: &Path, name: &str| {
        if name.starts_with(&name_front(store.prefix_id())) {
            remove(path);
        }
    };
    let mut others = BTreeSet::new();
    for (path, bytes) in written(root, unfinished)? {
        recover_from(&path, &bytes, store, &mut others)?;
    }
    Ok(others)
}

fn recover_from(
    path: &Path,
    bytes: &[u8],
    store: &Store,
    others: &mut BTreeSet<PrefixId>,
) -> Result<()> {
    let (mut left, mut applied) = (Vec::new(), false);
    each_part(path, bytes, |commit, part| {
        if commit.prefix == store.prefix_id() {
            store.apply(&commit)?;
            applied = true;
            tracing::info!("finished a commit over several prefixes from {}", path.display());
        } else {
            others.insert(commit.prefix);
            left.push(part);
        }
        Ok(())
    })?;
    // Two processes may do this at a time for two prefixes, and one of them bring back what the other
    // took out: to be applied once more is no harm.
    if left.is_empty() {
        remove(path);
    } else if applied {
        // Beside the data, where only who has the right to write comes.
        put(path, &store.folder().join(MENDED), &left)?;
    }
    Ok(())
}

/// A journal has a commit of this prefix that is not in it.
pub(crate) fn is_unfinished(root: &Path, store: &Store) -> Result<bool> {
    let mut found = false;
    for (path, bytes) in written(root, |_, _| ())? {
        let head = store.newest_head()?;
        each_part(&path, &bytes, |commit, _| {
            found |= commit.prefix == store.prefix_id() && !commit.is_in(&head);
            Ok(())
        })?;
    }
    Ok(found)
}

/// Takes a journal away whose work is done. If it stays, the next opening finds nothing to do in it.
fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path) {
        tracing::warn!("removing {}: {error}", path.display());
    }
}
