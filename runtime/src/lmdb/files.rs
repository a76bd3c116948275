//! What is checked of the files before LMDB maps them, and set on them after.

use std::{
    ffi::CString,
    fs::{self, File, Metadata, OpenOptions},
    os::{
        fd::{AsRawFd, BorrowedFd},
        unix::{ffi::OsStrExt, fs::MetadataExt},
    },
    path::Path,
};

use lmdb_sys as ffi;

use super::{error::Fault, registry::FileId};
use crate::{
    Error, Result,
    pages::{self, PageFile},
    private,
};

/// The files of an environment.
pub(crate) const FILES: [&str; 2] = ["data.mdb", "lock.mdb"];

/// What LMDB stores to when it opens a table of readers that is new: its mutexes, and some sixty slots.
const TABLE_BYTES: u64 = 4096;
/// What the number of a file's blocks counts.
const BLOCK: u64 = 512;
/// How often a file is looked at again that somebody writes meanwhile.
const LOOKS_MAX: usize = 16;

/// Refuses what would crash the C library or this process: a link, a foreign or a truncated file.
pub(super) fn check_before_mapping(data: &Path, metadata: &Metadata) -> Result<()> {
    let refuse = |why: &str| Err(Error::Format { path: data.into(), why: why.into() });
    if !metadata.file_type().is_file() {
        return refuse("it is not a plain file");
    }
    // LMDB would start afresh in it.
    if metadata.len() == 0 {
        return refuse("it is empty: restore it from a copy");
    }
    let mut last = None;
    for _ in 0..LOOKS_MAX {
        let file = PageFile::open(data)?;
        let places = ["first", "second"].into_iter().zip(file.metas().both);
        for (place, meta) in places {
            if let Err(why) = meta {
                let way_out = "`db0 doctor` can rebuild it in a copy";
                return refuse(&format!("its {place} header is damaged ({why}): {way_out}"));
            }
        }
        if file.is_whole() || pages::lacks_only_free(&file) {
            return Ok(());
        }
        // Nobody keeps pages for this look: they may have been written over.
        if last.replace(*file.metas()) == Some(*file.metas()) {
            break;
        }
    }
    refuse("it is truncated: restore it from a copy")
}

/// File systems whose maps and locks are not those of one machine, by `statfs`.
const REMOTE: [(u64, &str); 21] = [
    (0x6969, "NFS"),
    (0xFF53_4D42, "CIFS"),
    (0xFE53_4D42, "SMB"),
    (0x517B, "SMB"),
    (0x0102_1997, "9p"),
    (0x6573_5546, "FUSE"),
    (0x00C3_6400, "Ceph"),
    (0x5346_414F, "AFS"),
    (0x6B41_4653, "AFS"),
    (0x7375_7245, "Coda"),
    (0x0116_1970, "GFS2"),
    (0x7461_636F, "OCFS2"),
    (0x0BD0_0BD0, "Lustre"),
    (0x4750_4653, "GPFS"),
    (0x2003_0528, "OrangeFS"),
    (0x1983_0326, "BeeGFS"),
    (0xAAD7_AAEA, "PanFS"),
    (0x786F_4256, "a folder of VirtualBox's host"),
    (0xBACB_ACBC, "a folder of VMware's host"),
    (0x7C7C_6673, "a folder of Parallels' host"),
    (0x5346_4846, "WSL's first version"),
];

/// Refuses file systems on which memory maps and locks don't mean what LMDB needs.
pub(super) fn check_file_system(folder: &Path) -> Result<()> {
    let failed = |error| Error::io("looking at the file system of", folder, &error);
    let path = CString::new(folder.as_os_str().as_bytes()).map_err(|e| failed(e.into()))?;
    // SAFETY: `statfs` is a plain struct of integers, for which zero is a value.
    let mut stat: libc::statfs = unsafe { std::mem::zeroed() };
    // SAFETY: a C string, and a struct that the call fills.
    if unsafe { libc::statfs(path.as_ptr(), &raw mut stat) } != 0 {
        return Err(failed(std::io::Error::last_os_error()));
    }
    let kind = stat.f_type.cast_unsigned() & 0xFFFF_FFFF;
    match REMOTE.iter().find(|(number, _)| *number == kind) {
        Some((_, name)) => Err(Error::Format {
            path: folder.into(),
            why: format!(
                "it is on {name}, where memory maps and locks of several processes don't agree; use a local disk, or Config::any_file_system if you know better"
            ),
        }),
        None => Ok(()),
    }
}

/// The user that this process acts for.
pub(crate) fn my_user() -> u32 {
    // SAFETY: the call has no arguments, and can't fail.
    unsafe { libc::geteuid() }
}

/// The file can't be written, by its permissions or its file system.
pub(super) fn is_read_only(data: &Path) -> bool {
    data.exists() && OpenOptions::new().write(true).open(data).is_err()
}

/// Which file the table of readers is in, by its inode. Where nobody has the environment open, and
/// only there, it may be made: empty, as LMDB takes it.
pub(crate) fn table_of_readers(folder: &Path, make: bool) -> std::io::Result<u64> {
    let path = folder.join(FILES[1]);
    if make && !path.exists() {
        // A table that could not be filled goes, or LMDB would.
        take_room(&private::create(&path)?, TABLE_BYTES)
            .inspect_err(|_| drop(fs::remove_file(&path)))?;
    }
    Ok(fs::symlink_metadata(&path)?.ino())
}

/// Makes the files of an environment that is not there yet, empty, as LMDB takes them: so they are
/// the owner's, whatever the process's mask says.
pub(super) fn create(folder: &Path) -> std::io::Result<()> {
    private::create(&folder.join(FILES[0]))?;
    table_of_readers(folder, true).map(drop)
}

/// The file that an environment has open, if that is what stands in its place: LMDB follows links, and
/// somebody may have put one there since it was looked at.
pub(super) fn opened(env: *mut ffi::MDB_env, data: &Path) -> std::result::Result<Metadata, Fault> {
    let failed = |error: std::io::Error| Fault::new(error.raw_os_error().unwrap_or(libc::EIO));
    let metadata = descriptor(env).and_then(|file| file.metadata()).map_err(failed)?;
    let named = fs::symlink_metadata(data).map_err(failed)?;
    if FileId::of(&metadata) == FileId::of(&named) {
        Ok(metadata)
    } else {
        Err(Fault::new(libc::ESTALE))
    }
}

/// Sees to it that a file has so many bytes, with room on the disk: a store through a map into a page without
/// room ends the process.
pub(super) fn take_room(file: &File, bytes: u64) -> std::io::Result<()> {
    let metadata = file.metadata()?;
    if metadata.len() >= bytes && metadata.blocks() * BLOCK >= bytes {
        return Ok(());
    }
    match allocate(file, bytes) {
        // Not every file system can say beforehand.
        Err(error)
            if matches!(
                error.raw_os_error(),
                Some(libc::EOPNOTSUPP | libc::EINVAL | libc::ENOSYS)
            ) =>
        {
            file.set_len(bytes.max(metadata.len()))
        }
        allocated => allocated,
    }
}

/// The data of a folder is on a medium that can't be written from here.
pub(crate) fn is_on_read_only_medium(folder: &Path) -> bool {
    let opened = OpenOptions::new().write(true).open(folder.join(FILES[0]));
    opened.is_err_and(|error| error.kind() == std::io::ErrorKind::ReadOnlyFilesystem)
}

/// Takes room on the disk for a file that is as long as this, and empty.
pub(crate) fn allocate(file: &File, bytes: u64) -> std::io::Result<()> {
    let bytes = libc::off_t::try_from(bytes).unwrap_or(libc::off_t::MAX);
    // SAFETY: the descriptor is open while `file` is borrowed; nothing else is passed but numbers.
    match unsafe { libc::posix_fallocate(file.as_raw_fd(), 0, bytes) } {
        0 => Ok(()),
        code => Err(std::io::Error::from_raw_os_error(code)),
    }
}

/// How many bytes the disk of a folder has for this user.
pub(crate) fn room(folder: &Path) -> std::io::Result<u64> {
    let path = CString::new(folder.as_os_str().as_bytes())?;
    // SAFETY: `statvfs` is a plain struct of integers, for which zero is a value.
    let mut stat: libc::statvfs = unsafe { std::mem::zeroed() };
    // SAFETY: a C string, and a struct that the call fills.
    if unsafe { libc::statvfs(path.as_ptr(), &raw mut stat) } != 0 {
        return Err(std::io::Error::last_os_error());
    }
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// A descriptor of its own for the data file of an environment, which is open and stays so meanwhile.
pub(super) fn descriptor(env: *mut ffi::MDB_env) -> std::io::Result<File> {
    let mut fd = -1;
    // SAFETY: the environment is open; LMDB fills in its descriptor.
    let code = unsafe { ffi::mdb_env_get_fd(env, &raw mut fd) };
    if code != ffi::MDB_SUCCESS {
        return Err(std::io::Error::from_raw_os_error(libc::EBADF));
    }
    // SAFETY: the descriptor is open, and LMDB closes it with the environment alone.
    let borrowed = unsafe { BorrowedFd::borrow_raw(fd) };
    borrowed.try_clone_to_owned().map(File::from)
}

/// Keeps a program that this one starts from inheriting the data file.
pub(super) fn close_on_exec(env: *mut ffi::MDB_env) {
    let mut fd = -1;
    // SAFETY: the environment is open; LMDB fills in its descriptor, on which one flag is set.
    unsafe {
        if ffi::mdb_env_get_fd(env, &raw mut fd) == ffi::MDB_SUCCESS {
            libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lmdb::{Env, EnvOptions};

    /// The descriptors of this process on files of a folder, and whether programs inherit them.
    fn inherited(folder: &Path) -> Vec<(String, bool)> {
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc/self/fd").expect("it is listed") {
            let entry = entry.expect("it is listed");
            let Ok(target) = fs::read_link(entry.path()) else { continue };
            let Some(name) = target.strip_prefix(folder).ok().and_then(Path::to_str) else {
                continue;
            };
            let number = entry.file_name().to_string_lossy().parse().expect("a number");
            // SAFETY: a query of one flag, of a number that is a descriptor or is refused.
            let flags = unsafe { libc::fcntl(number, libc::F_GETFD) };
            found.push((name.to_owned(), flags & libc::FD_CLOEXEC == 0));
        }
        found
    }

    #[test]
    fn programs_that_this_one_starts_inherit_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().canonicalize().expect("it is there");
        let env = Env::open(&path, &EnvOptions::scratch(1 << 20)).expect("it opens");
        let check = |found: Vec<(String, bool)>| {
            for name in FILES {
                assert!(found.iter().any(|(found, _)| found == name), "{name}: {found:?}");
            }
            assert!(found.iter().all(|(_, inherited)| !inherited), "{found:?}");
        };
        check(inherited(&path));
        env.reopen().expect("nobody reads");
        check(inherited(&path));
    }

    #[test]
    fn what_is_open_is_what_stands_in_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let env = Env::open(folder.path(), &EnvOptions::scratch(1 << 20)).expect("it opens");
        let [data, link, other, none] =
            [FILES[0], "link", "other", "none"].map(|name| folder.path().join(name));
        std::os::unix::fs::symlink(&data, &link).expect("it is ours");
        fs::write(&other, "text").expect("it is ours");
        let opened = |path| opened(env.raw().expect("it is open"), path);
        let metadata = opened(&data).expect("it is there");
        assert_eq!(FileId::of(&metadata), FileId::of(&fs::metadata(&data).expect("it is there")));
        for elsewhere in [&link, &other, &none] {
            opened(elsewhere).expect_err("that is another one");
        }
        fs::rename(&other, &data).expect("it is ours");
        assert_eq!(opened(&data).expect_err("it was replaced").code(), libc::ESTALE);
    }

    #[test]
    fn room_is_taken_and_given_back() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(room(folder.path()).expect("it has a disk") > 0);
        let file = tempfile::tempfile_in(folder.path()).expect("a file");
        allocate(&file, 1 << 16).expect("there is room");
        let metadata = file.metadata().expect("it is open");
        assert_eq!((metadata.len(), metadata.blocks() * BLOCK >= 1 << 16), (1 << 16, true));
        // As of a file that was only made longer.
        file.set_len(1 << 20).expect("it is ours");
        for bytes in [1 << 10, 1 << 20] {
            take_room(&file, bytes).expect("there is room");
            let metadata = file.metadata().expect("it is open");
            assert_eq!((metadata.len(), metadata.blocks() * BLOCK >= bytes), (1 << 20, true));
        }
    }
}
