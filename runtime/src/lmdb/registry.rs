//! One environment per file and process: a second open of the same file shares the first.

use std::{
    collections::HashMap,
    fs::Metadata,
    os::unix::fs::MetadataExt,
    sync::{Arc, LazyLock, Weak},
};

use super::env::Env;
use crate::sync::{Condvar, Mutex, MutexGuard};

/// A file's identity, whatever path leads to it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self { device: metadata.dev(), inode: metadata.ino() }
    }
}

/// The environments of this process.
///
/// Closing a second environment on one file would drop the process's locks on the first, so one
/// file is open at most once, and an environment that is on its way out is waited for.
#[derive(Default)]
pub(super) struct Registry {
    open: Mutex<HashMap<FileId, Weak<Env>>>,
    closed: Condvar,
}

pub(super) static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::default);

impl Registry {
    /// Gives the open environment of `file`, or the right to open one while the guard is held.
    pub(super) fn find(&self, file: Option<FileId>) -> Found<'_> {
        let mut open = self.open.lock();
        loop {
            match file.and_then(|file| open.get(&file)).map(Weak::upgrade) {
                Some(Some(env)) => return Found::Open(env),
                Some(None) => self.closed.wait(&mut open),
                None => return Found::Absent(Opening(open)),
            }
        }
    }

    /// Runs `replace` while nobody can open or close; it tells which file was replaced by which.
    pub(super) fn replace<R>(
        &self,
        replace: impl FnOnce(&mut dyn FnMut(FileId, FileId)) -> R,
    ) -> R {
        let mut open = self.open.lock();
        replace(&mut |before, now| {
            if let Some(env) = open.remove(&before) {
                open.insert(now, env);
            }
        })
    }

    /// Runs `close` while nobody can open, and forgets the environment.
    pub(super) fn close(&self, file: FileId, close: impl FnOnce()) {
        let mut open = self.open.lock();
        close();
        open.remove(&file);
        self.closed.notify_all();
    }
}

pub(super) enum Found<'a> {
    Open(Arc<Env>),
    Absent(Opening<'a>),
}

/// The right to open one environment.
pub(super) struct Opening<'a>(MutexGuard<'a, HashMap<FileId, Weak<Env>>>);

impl Opening<'_> {
    pub(super) fn done(mut self, file: FileId, env: &Arc<Env>) {
        self.0.insert(file, Arc::downgrade(env));
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::{MetadataExt, symlink},
        path::Path,
    };

    use super::*;
    use crate::lmdb::EnvOptions;

    #[test]
    fn whatever_path_leads_to_a_file_it_is_opened_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let [real, alias, linked] =
            ["real", "alias", "linked"].map(|name| folder.path().join(name));
        fs::create_dir(&real).expect("a folder");
        fs::create_dir(&linked).expect("a folder");
        symlink(&real, &alias).expect("a link");
        let open = |path| Env::open(path, &EnvOptions::scratch(1 << 20)).expect("it opens");
        let first = open(&real);
        for path in [&real, &alias] {
            assert!(Arc::ptr_eq(&first, &open(path)), "{}", path.display());
        }
        // By another folder it would have two tables of readers, and two writers.
        let refused = |path: &Path, why| {
            let told = Env::open(path, &EnvOptions::scratch(1 << 20)).err().expect("it is refused");
            assert!(told.to_string().contains(why), "{told}");
        };
        fs::hard_link(real.join("data.mdb"), linked.join("data.mdb")).expect("a link");
        [&real, &alias, &linked].into_iter().for_each(|path| refused(path, "2 names"));
        fs::remove_file(real.join("data.mdb")).expect("it has another name");
        refused(&linked, "another folder");
        fs::rename(linked.join("data.mdb"), real.join("data.mdb")).expect("its own place");
        assert!(Arc::ptr_eq(&first, &open(&alias)));
        // Another file of the same name is another one.
        let kept = fs::File::open(real.join("data.mdb")).expect("it is there");
        let before = kept.metadata().expect("it is open").ino();
        drop(first);
        fs::remove_file(real.join("data.mdb")).expect("nobody has it open");
        let second = open(&alias);
        let now = fs::metadata(real.join("data.mdb")).expect("it is there").ino();
        assert!(before != now && !Arc::ptr_eq(&second, &open(&linked)));
    }
}
