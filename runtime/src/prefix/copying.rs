//! Copies of prefixes: made beside whoever reads and writes, looked through, and made prefixes again.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use super::{
    Prefix, PrefixName,
    lease::{self, Lease, NoWriter},
    open,
    peers::Peers,
    verifying::head_of,
};
use crate::{
    Config, Error, Lock, Result,
    lmdb::{EnvOptions, FILES},
    pages::{self, PageFile},
    private,
    store::{self, MARK_FILE, Mark, PrefixId},
    verify::{BeginCheck, Verification, verify},
};

impl Prefix {
    /// See `db0::Prefix::backup`; what collections are made of is known above.
    #[doc(hidden)]
    pub fn backup_by(
        &self,
        to: &Path,
        begin: BeginCheck,
        told: &mut dyn FnMut(u64),
    ) -> Result<Verification> {
        self.commit_if_in_place()?;
        let store = self.objects().store();
        Unfinished::make(to, |file, path| store.copy_to(file, path, told))?.finish(begin)
    }

    /// Commits before something is made of what is committed.
    pub(super) fn commit_if_in_place(&self) -> Result<()> {
        self.check_open()?;
        // Somebody may have taken the file away: then a copy is what is left of it.
        if self.objects().is_writable() && self.objects().store().is_in_place() {
            self.commit()?;
        }
        Ok(())
    }
}

/// A copy on its way: beside its place, under a name that nobody looks for.
struct Unfinished {
    path: PathBuf,
    to: PathBuf,
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Once it is finished, it is not here.
        let _ = fs::remove_file(&self.path);
    }
}

impl Unfinished {
    fn make(to: &Path, write: impl FnOnce(&File, &Path) -> Result<()>) -> Result<Self> {
        refuse_existing(to)?;
        let name = to.file_name().ok_or_else(|| {
            Error::Invalid(format!("{} does not name a file to be made", to.display()))
        })?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(".unfinished");
        let unfinished = Self { path: to.with_file_name(hidden), to: to.into() };
        let path = &unfinished.path;
        // Of one that was cut short.
        let _ = fs::remove_file(path);
        let file = new_file(path)?;
        write(&file, path)?;
        Ok(unfinished)
    }

    /// Looks it through, and gives it its name; nothing is left of one that is damaged.
    fn finish(self, begin: BeginCheck) -> Result<Verification> {
        let found = verify(&PageFile::open(&self.path)?, begin, &mut |_| ());
        let found = found.into_sound(&self.path)?;
        self.settle()?;
        Ok(found)
    }

    fn settle(self) -> Result<()> {
        refuse_existing(&self.to)?;
        let failed = |error: io::Error| Error::io("creating", &self.to, &error);
        fs::rename(&self.path, &self.to).map_err(failed)?;
        let folder = self.to.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = File::open(folder.unwrap_or(Path::new(".")));
        folder.and_then(|folder| folder.sync_all()).map_err(failed)
    }
}

fn refuse_existing(path: &Path) -> Result<()> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(Error::Exists { path: path.into() });
    }
    Ok(())
}

/// A file of the owner's alone, where there is none.
fn new_file(path: &Path) -> Result<File> {
    private::create(path).map_err(|error| Error::io("creating", path, &error))
}

/// Copies a file byte by byte to an empty one, until it is on the disk.
fn copy_bytes(from: &Path, file: &File, path: &Path) -> Result<()> {
    let options = OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW).open(from);
    let mut from_file = options.map_err(|error| Error::io("opening", from, &error))?;
    let copied = io::copy(&mut from_file, &mut &*file).and_then(|_| file.sync_all());
    copied.map_err(|error| Error::io("writing", path, &error))
}

/// Makes a prefix of a copy. There must be none of its name, nor one that it is a copy of.
pub(crate) fn restore(
    root: &Path,
    name: &PrefixName,
    from: &Path,
    begin: BeginCheck,
) -> Result<Verification> {
    refuse_existing(&name.folder(root).join(FILES[0]))?;
    let source = head_of(from)?;
    let mut found = Verification::default();
    make_prefix(root, name, source.prefix, |workshop, options| {
        let data = workshop.join(FILES[0]);
        copy_bytes(from, &new_file(&data)?, &data)?;
        // The copy is what counts: what it was made of may have been written to meanwhile.
        found = verify(&PageFile::open(&data)?, begin, &mut |_| ()).into_sound(from)?;
        if found.prefix != name.as_str() {
            store::rename(workshop, name.as_str(), options)?;
        }
        Ok(())
    })?;
    Ok(found)
}

/// Has the environment of a prefix made that has its id from elsewhere: whole or not at all, and only
/// where neither its name nor its id is taken.
pub(super) fn make_prefix(
    root: &Path,
    name: &PrefixName,
    id: PrefixId,
    make: impl FnOnce(&Path, &EnvOptions) -> Result<()>,
) -> Result<()> {
    let folder = name.folder(root);
    refuse_existing(&folder.join(FILES[0]))?;
    for other in open::list(root).unwrap_or_default() {
        let other_name = PrefixName::new(&other)?;
        let other_id = head_of(&other_name.folder(root).join(FILES[0])).map(|head| head.prefix);
        if other_id.is_ok_and(|other_id| other_id == id) {
            return Err(Error::SamePrefixId { first: other, second: name.to_string() });
        }
    }
    let config = Config::new(root);
    lease::make_folder(&folder)?;
    let _peers = Peers::join(&folder, name.as_str(), config.any_pid_namespace)?;
    let _lease = Lease::take(&folder, name.as_str(), Lock::Fail)?;
    refuse_existing(&folder.join(FILES[0]))?;
    store::place_new(&folder, |workshop| make(workshop, &open::options(&config, true)))
}

/// Makes a copy of a prefix in which a damaged header is written anew from the sound one, and looks it
/// through.
pub(crate) fn rebuild(
    root: &Path,
    name: &PrefixName,
    to: &Path,
    begin: BeginCheck,
) -> Result<Verification> {
    let nothing = "has nothing that can be rebuilt: either both of its headers are sound, or both are damaged";
    mended_copy(root, name, to, begin, (pages::rebuilt, nothing))
}

/// Makes a copy of a prefix that shows the commit before its last one, and looks it through.
pub(crate) fn roll_back(
    root: &Path,
    name: &PrefixName,
    to: &Path,
    begin: BeginCheck,
) -> Result<Verification> {
    let nothing = "has no commit before its last one: one of its headers is damaged";
    mended_copy(root, name, to, begin, (pages::rolled_back, nothing))
}

/// What is done to a copy (false if there is nothing to be done), and what to say then.
type Mending = (fn(&File) -> io::Result<bool>, &'static str);

fn mended_copy(
    root: &Path,
    name: &PrefixName,
    to: &Path,
    begin: BeginCheck,
    (mend, nothing): Mending,
) -> Result<Verification> {
    let folder = name.folder(root);
    let data = folder.join(FILES[0]);
    let _no_writer = NoWriter::watch(&folder, name.as_str(), Lock::Fail)?;
    let unfinished = Unfinished::make(to, |file, path| {
        copy_bytes(&data, file, path)?;
        let is_mended = mend(file).map_err(|error| Error::io("writing", path, &error))?;
        if is_mended {
            return Ok(());
        }
        Err(Error::Invalid(format!("{} {nothing}", data.display())))
    })?;
    let found = verify(&PageFile::open(&unfinished.path)?, begin, &mut |_| ());
    unfinished.settle()?;
    Ok(found)
}

/// Takes the file of a prefix for what was committed, also if it is known that more was; gives its state.
pub(crate) fn accept(root: &Path, name: &PrefixName) -> Result<u64> {
    let folder = name.folder(root);
    let head = head_of(&folder.join(FILES[0]))?;
    let _lease = Lease::take(&folder, name.as_str(), Lock::Fail)?;
    let mark = Mark::of(&head).write(&folder);
    mark.map_err(|error| Error::io("writing", folder.join(MARK_FILE), &error))?;
    Ok(head.state.0)
}
