//! A directory as a value: its names and the bytes of its files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use xxhash_rust::xxh3::Xxh3;

use super::file::File;
use super::names::{Entry, Names};
use super::op::{NameChange, Node};

/// What is on a disk below the recorded directory. Cheap to copy: pages are shared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    names: Names,
    files: BTreeMap<Node, File>,
}

impl Disk {
    /// Reads a directory; `node` gives each file its number, or none to leave it out.
    pub(crate) fn read(
        root: &Path,
        node: &mut dyn FnMut(&Path, &fs::Metadata) -> Option<Node>,
    ) -> io::Result<Self> {
        let mut disk = Self::default();
        disk.read_folder(root, Path::new(""), node)?;
        Ok(disk)
    }

    fn read_folder(
        &mut self,
        root: &Path,
        folder: &Path,
        node: &mut dyn FnMut(&Path, &fs::Metadata) -> Option<Node>,
    ) -> io::Result<()> {
        for entry in fs::read_dir(root.join(folder))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            let data = entry.metadata()?;
            if data.is_dir() {
                self.names.insert(path.clone(), Entry::Folder);
                self.read_folder(root, &path, node)?;
            } else if let Some(node) = node(&path, &data) {
                self.names.insert(path, Entry::File(node));
                self.files.insert(node, File::read(&entry.path())?);
            }
        }
        Ok(())
    }

    pub(crate) fn file(&mut self, node: Node) -> &mut File {
        self.files.entry(node).or_default()
    }

    pub(crate) fn rename(&mut self, change: &NameChange) {
        self.names.apply(change);
    }

    /// Every file's path, size and digest, and every folder's path.
    pub(crate) fn listing(&self) -> BTreeMap<PathBuf, Option<(u64, u128)>> {
        let listed = |entry| match entry {
            Entry::Folder => None,
            Entry::File(node) => {
                Some(self.files.get(&node).map_or_else(|| File::default().digest(), File::digest))
            }
        };
        self.names.iter().map(|(path, entry)| (path.clone(), listed(entry))).collect()
    }

    /// Equal for equal directories.
    pub(crate) fn digest(&self) -> u128 {
        let mut hasher = Xxh3::new();
        for (path, file) in self.listing() {
            hasher.update(path.as_os_str().as_encoded_bytes());
            let (len, pages) = file.unwrap_or((u64::MAX, 0));
            hasher.update(&len.to_le_bytes());
            hasher.update(&pages.to_le_bytes());
        }
        hasher.digest128()
    }

    /// Makes the directory at `target`, which must exist, out of this.
    pub(crate) fn write_to(&self, target: &Path) -> io::Result<()> {
        let empty = File::default();
        for (path, entry) in self.names.iter() {
            match entry {
                // Names are ordered, but a crash may keep a name and lose its folder.
                Entry::Folder => fs::create_dir_all(target.join(path))?,
                Entry::File(node) => {
                    if let Some(parent) = target.join(path).parent() {
                        fs::create_dir_all(parent)?;
                    }
                    self.files.get(&node).unwrap_or(&empty).write_to(&target.join(path))?;
                }
            }
        }
        Ok(())
    }
}
