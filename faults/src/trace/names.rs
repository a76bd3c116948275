//! The folders of a recorded directory: which name stands for which file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::op::{NameChange, Node};

/// What a name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Entry {
    Folder,
    File(Node),
}

/// Every name below the recorded directory, parents before children.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(BTreeMap<PathBuf, Entry>);

impl Names {
    pub(crate) fn insert(&mut self, path: PathBuf, entry: Entry) {
        self.0.insert(path, entry);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&PathBuf, Entry)> {
        self.0.iter().map(|(path, entry)| (path, *entry))
    }

    pub(crate) fn apply(&mut self, change: &NameChange) {
        match change {
            NameChange::Create { path, node } => self.insert(path.clone(), Entry::File(*node)),
            NameChange::MakeFolder { path } => self.insert(path.clone(), Entry::Folder),
            NameChange::Remove { path } => drop(self.take(path)),
            NameChange::Rename { from, to } => {
                let moved = self.take(from);
                self.take(to);
                for (path, entry) in moved {
                    // Joining an empty rest would leave a trailing slash, and so another name.
                    let rest = path.strip_prefix(from).unwrap_or(&path);
                    let bare = rest.as_os_str().is_empty();
                    self.insert(if bare { to.clone() } else { to.join(rest) }, entry);
                }
            }
        }
    }

    /// Takes a name and all below it.
    fn take(&mut self, path: &Path) -> Vec<(PathBuf, Entry)> {
        let below: Vec<PathBuf> =
            self.0.keys().filter(|name| name.starts_with(path)).cloned().collect();
        below.into_iter().filter_map(|name| self.0.remove_entry(&name)).collect()
    }
}

impl NameChange {
    /// Whether the change is kept in the folder at `path`.
    pub(crate) fn touches(&self, path: &Path) -> bool {
        let within = |name: &Path| name.parent() == Some(path);
        match self {
            Self::Create { path, .. } | Self::MakeFolder { path } | Self::Remove { path } => {
                within(path)
            }
            Self::Rename { from, to } => within(from) || within(to),
        }
    }
}
