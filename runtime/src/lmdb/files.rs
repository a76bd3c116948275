//! What is checked of the files before LMDB maps them, and set on them after.

use std::{
    ffi::CString,
    fs::{self, File, Metadata, OpenOptions},
    io,
    os::unix::{
        ffi::OsStrExt,
        fs::{FileExt, MetadataExt, OpenOptionsExt},
    },
    path::Path,
};

use lmdb_sys as ffi;

use super::free_tail::ShortFile;
use crate::{Error, Result};

/// The files of an environment.
pub(crate) const FILES: [&str; 2] = ["data.mdb", "lock.mdb"];

const META_MAGIC: u32 = 0xBEEF_C0DE;
/// Page header (16 bytes) and the meta page's body.
const META_BYTES: usize = 16 + 136;

/// Refuses what would crash the C library or this process: a link, a foreign or a truncated file.
pub(super) fn check_before_mapping(data: &Path, metadata: &Metadata) -> Result<()> {
    let refuse = |why: &str| Err(Error::Format { path: data.into(), why: why.into() });
    if !metadata.file_type().is_file() {
        return refuse("it is not a plain file");
    }
    if metadata.len() == 0 {
        return Ok(()); // created, and killed before its first page: LMDB starts afresh
    }
    let failed = |error: io::Error| Error::io("reading", data, &error);
    let file = File::open(data).map_err(|e| Error::io("opening", data, &e))?;
    let mut looked_at = None;
    loop {
        let Some(first) = Meta::read(&file, 0) else {
            return refuse("it has no LMDB header: it is not one of db0's files, or is damaged");
        };
        if !first.page_bytes.is_power_of_two() || !(512..=65_536).contains(&first.page_bytes) {
            return refuse("its header is damaged (page size)");
        }
        let page_bytes = u64::from(first.page_bytes);
        let Some(second) = Meta::read(&file, page_bytes) else {
            return refuse("its second header is damaged");
        };
        let newest = if first.txn_id >= second.txn_id { first } else { second };
        // Looked at after the header: while others write, it grows before the header says so.
        let bytes = file.metadata().map_err(failed)?.len();
        let needed = newest.last_page.saturating_add(1).saturating_mul(page_bytes);
        let (free_root, last_page) = (newest.free_root, newest.last_page);
        let short = ShortFile { file: &file, bytes, page_bytes, free_root, last_page };
        if bytes >= needed || short.lacks_free_pages_alone().map_err(failed)? {
            return Ok(());
        }
        // A commit that came in between may have taken the pages of the list for something else.
        if looked_at.replace(newest.txn_id) == Some(newest.txn_id) {
            return refuse(&format!(
                "it is truncated: {bytes} bytes are there, {needed} are needed; restore it from a copy"
            ));
        }
    }
}

/// The fields of a meta page that decide whether the file can be mapped.
struct Meta {
    page_bytes: u32,
    /// The page that the list of free pages begins with.
    free_root: u64,
    last_page: u64,
    txn_id: u64,
}

impl Meta {
    fn read(file: &File, offset: u64) -> Option<Self> {
        let mut page = [0; META_BYTES];
        file.read_exact_at(&mut page, offset).ok()?;
        let body = &page[16..];
        let u32_at = |at: usize| {
            body.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_ne_bytes)
        };
        let u64_at = |at: usize| {
            body.get(at..at + 8).and_then(|b| b.try_into().ok()).map(u64::from_ne_bytes)
        };
        // magic, version, address, map size, then two table records of 48 bytes; the page size
        // stands in the first word of the first record, and the root at the end of each.
        (u32_at(0)? == META_MAGIC).then_some(())?;
        Some(Self {
            page_bytes: u32_at(24)?,
            free_root: u64_at(64)?,
            last_page: u64_at(120)?,
            txn_id: u64_at(128)?,
        })
    }
}

/// File systems whose maps and locks are not those of one machine, by `statfs`.
const REMOTE: [(u64, &str); 8] = [
    (0x6969, "NFS"),
    (0xFF53_4D42, "CIFS"),
    (0xFE53_4D42, "SMB"),
    (0x517B, "SMB"),
    (0x0102_1997, "9p"),
    (0x6573_5546, "FUSE"),
    (0x00C3_6400, "Ceph"),
    (0x5346_414F, "AFS"),
];

/// Refuses file systems on which memory maps and locks don't mean what LMDB needs.
pub(super) fn check_file_system(folder: &Path) -> Result<()> {
    let failed = |error| Error::io("looking at the file system of", folder, &error);
    let path = CString::new(folder.as_os_str().as_bytes()).map_err(|e| failed(e.into()))?;
    // SAFETY: `statfs` is a plain struct of integers, for which zero is a value.
    let mut stat: libc::statfs = unsafe { std::mem::zeroed() };
    // SAFETY: a C string, and a struct that the call fills.
    if unsafe { libc::statfs(path.as_ptr(), &raw mut stat) } != 0 {
        return Err(failed(io::Error::last_os_error()));
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

/// The file can't be written, by its permissions or its file system.
pub(super) fn is_read_only(data: &Path) -> bool {
    data.exists() && OpenOptions::new().write(true).open(data).is_err()
}

/// Which file the table of readers is in, by its inode. Where nobody has the environment open, and
/// only there, it may be made: empty, as LMDB takes it.
pub(crate) fn table_of_readers(folder: &Path, make: bool) -> io::Result<u64> {
    let path = folder.join(FILES[1]);
    if make && !path.exists() {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600).open(&path)?;
    }
    Ok(fs::symlink_metadata(&path)?.ino())
}

/// The data of a folder is on a medium that can't be written from here.
pub(crate) fn is_on_read_only_medium(folder: &Path) -> bool {
    let opened = OpenOptions::new().write(true).open(folder.join(FILES[0]));
    opened.is_err_and(|error| error.kind() == io::ErrorKind::ReadOnlyFilesystem)
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
