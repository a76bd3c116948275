//! The recorder's notes: turns calls into changes, and tells what it could not see.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::disk::Disk;
use super::op::{Change, NameChange, Node, Op};
use crate::watch::{Call, Effect, Observer};

/// Sees the calls below `root` and notes what they change.
pub(crate) struct Log {
    root: PathBuf,
    /// Names of files that are no data.
    except: Vec<String>,
    notes: Mutex<Notes>,
}

#[derive(Default)]
pub(crate) struct Notes {
    pub(crate) start: Disk,
    pub(crate) ops: Vec<Op>,
    pub(crate) acknowledged: u64,
    pub(crate) attempted: u64,
    /// What was changed in a way that calls do not show.
    pub(crate) unseen: BTreeSet<String>,
    nodes: HashMap<u64, Node>,
    node_next: u32,
}

impl Log {
    /// A log that begins with what is at `root` now.
    pub(crate) fn new(root: PathBuf, except: Vec<String>) -> io::Result<Self> {
        let mut notes = Notes::default();
        let start = Disk::read(&root, &mut |path, data| {
            (!is_one_of(path, &except)).then(|| notes.node_for_new(data.ino()))
        })?;
        notes.start = start;
        Ok(Self { root, except, notes: Mutex::new(notes) })
    }

    pub(crate) fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is at the root now, without the files that are no data.
    pub(crate) fn read_again(&self) -> io::Result<Disk> {
        let mut number = 0;
        Disk::read(&self.root, &mut |path, _| {
            number += 1;
            (!is_one_of(path, &self.except)).then_some(Node(number))
        })
    }

    fn relative(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root).unwrap_or(path).to_owned()
    }
}

fn is_one_of(path: &Path, names: &[String]) -> bool {
    path.file_name().is_some_and(|name| names.iter().any(|other| name == other.as_str()))
}

impl Notes {
    fn node_for_new(&mut self, inode: u64) -> Node {
        self.node_next += 1;
        let node = Node(self.node_next);
        // Inode numbers are given out again after a removal: the newest file has it.
        self.nodes.insert(inode, node);
        node
    }

    fn note(&mut self, change: Change) {
        let (acknowledged, attempted) = (self.acknowledged, self.attempted);
        self.ops.push(Op { change, acknowledged, attempted });
    }

    fn note_on(&mut self, inode: u64, path: &Path, change: impl FnOnce(Node) -> Change) {
        match self.nodes.get(&inode) {
            Some(&node) => self.note(change(node)),
            None => drop(self.unseen.insert(format!("{}: unknown file", path.display()))),
        }
    }
}

impl Observer for Log {
    fn done(&self, call: &Call<'_>, result: isize) {
        if result < 0 || is_one_of(call.path, &self.except) {
            return;
        }
        let mut notes = self.notes();
        let path = self.relative(call.path);
        match &call.effect {
            Effect::Open { creates, truncates } => {
                let inode = call.path.symlink_metadata().map_or(0, |data| data.ino());
                if *creates {
                    let node = notes.node_for_new(inode);
                    notes.note(Change::Name(NameChange::Create { path, node }));
                } else if *truncates {
                    notes.note_on(inode, &path, |node| Change::Resize { node, len: 0 });
                }
            }
            Effect::Write { inode, offset, parts, synced } => {
                let written = usize::try_from(result).unwrap_or(0);
                let all = parts.iter().flat_map(|part| part.iter().copied());
                let bytes: Arc<[u8]> = all.take(written).collect();
                let (offset, synced) = (*offset, *synced);
                notes.note_on(*inode, &path, |node| Change::Write { node, offset, bytes, synced });
            }
            Effect::Resize { inode, len } => {
                notes.note_on(*inode, &path, |node| Change::Resize { node, len: *len });
            }
            Effect::SyncFile { inode } => {
                notes.note_on(*inode, &path, |node| Change::SyncFile { node });
            }
            Effect::SyncFolder => notes.note(Change::SyncFolder { path }),
            Effect::Map { writable: true } => {
                notes.unseen.insert(format!("{}: mapped for writing", path.display()));
            }
            Effect::Map { writable: false } => {}
            Effect::MakeFolder => notes.note(Change::Name(NameChange::MakeFolder { path })),
            Effect::Rename { to } => {
                let change = match to.strip_prefix(&self.root) {
                    Ok(to) => NameChange::Rename { from: path, to: to.to_owned() },
                    Err(_) => NameChange::Remove { path },
                };
                notes.note(Change::Name(change));
            }
            Effect::Remove => notes.note(Change::Name(NameChange::Remove { path })),
        }
    }
}
