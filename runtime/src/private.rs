//! Files and folders of the owner's alone, whatever the process's mask for new ones takes away.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, ErrorKind},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

/// Opens a file for reading and writing, and makes it where there is none. Links are not followed.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).custom_flags(libc::O_NOFOLLOW);
    loop {
        match options.open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            opened => return opened,
        }
        match create(path) {
            // Somebody else has just made it.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            created => return created,
        }
    }
}

/// Makes a file where there is nothing, not even a link.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).create_new(true).mode(FILE_MODE).open(path)?;
    if lacks(&file.metadata()?.permissions(), FILE_MODE) {
        file.set_permissions(Permissions::from_mode(FILE_MODE))?;
    }
    Ok(file)
}

/// Makes a file in the place of one that was cut short, or of whatever else has its name.
pub(crate) fn create_anew(path: &Path) -> io::Result<File> {
    match create(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            create(path)
        }
        created => created,
    }
}

/// Makes a folder where there is nothing.
pub(crate) fn create_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(FOLDER_MODE).create(path)?;
    if lacks(&fs::symlink_metadata(path)?.permissions(), FOLDER_MODE) {
        fs::set_permissions(path, Permissions::from_mode(FOLDER_MODE))?;
    }
    Ok(())
}

/// Makes a folder and those that it is to be in; what is there stays as it is.
pub(crate) fn create_folders(path: &Path) -> io::Result<()> {
    match create_folder(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            create_folders(path.parent().ok_or(error)?)?;
            create_folders(path)
        }
        Err(_) if path.is_dir() => Ok(()),
        created => created,
    }
}

fn lacks(permissions: &Permissions, mode: u32) -> bool {
    permissions.mode() & mode != mode
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_neither_followed_nor_written_through() {
        let folder = tempfile::tempdir().expect("a folder");
        let [link, target] = ["link", "target"].map(|name| folder.path().join(name));
        symlink(&target, &link).expect("it is ours");
        for _ in 0..2 {
            assert!(open(&link).is_err() && create(&link).is_err());
            // The first time, it leads nowhere.
            fs::write(&target, "text").expect("it is ours");
        }
        create_anew(&link).expect("the link itself is replaced");
        assert_eq!(fs::read(&target).expect("it is there"), b"text");
        assert!(fs::symlink_metadata(&link).expect("it is there").is_file());
    }

    #[test]
    fn folders_are_made_with_all_above_them() {
        let root = tempfile::tempdir().expect("a folder");
        let deep = root.path().join("a/b/c");
        for _ in 0..2 {
            create_folders(&deep).expect("they are made, or there");
            for folder in deep.ancestors().take(3) {
                let mode = fs::metadata(folder).expect("it is there").permissions().mode();
                assert_eq!(mode & 0o777, FOLDER_MODE);
            }
        }
        fs::write(deep.join("file"), "").expect("it is ours");
        assert!(create_folders(&deep.join("file")).is_err(), "a file is no folder");
        assert!(create_folders(&deep.join("file/d")).is_err());
        assert!(create_folder(&deep).is_err(), "it is there");
    }
}
