//! Where commands write: the standard output, or a file that is there only when it is whole.

use std::{
    fmt::Display,
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use db0::{Error, Result};

use crate::{outcome::Outcome, words::Words};

/// What came of writing to the standard output. Somebody who has read enough is no failure.
pub(crate) fn told(written: io::Result<()>) -> Result<Outcome> {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::other(error)),
        _ => Ok(Outcome::Fine),
    }
}

/// Writes a line for people to the standard output.
pub(crate) fn say(line: impl Display) -> Result<Outcome> {
    told(writeln!(io::stdout().lock(), "{line}"))
}

/// Tells of a failure. Whoever does not listen learns of it by the exit status.
pub(crate) fn complain(error: &Error) {
    let _ = writeln!(io::stderr().lock(), "db0: {}", Words(error));
}

/// Text as it can stand in a line of a table: what would break it, or command a terminal, is escaped.
pub(crate) fn plain(text: &str) -> String {
    let escaped = |char: char| char.is_control().then(|| char.escape_default().to_string());
    text.chars().map(|char| escaped(char).unwrap_or_else(|| char.into())).collect()
}

/// A file on its way: beside its place, under a name that nobody looks for.
pub(crate) struct NewFile {
    path: PathBuf,
    to: PathBuf,
    file: BufWriter<File>,
}

impl NewFile {
    /// Begins a file of the owner's alone. Nothing is written over.
    pub(crate) fn begin(to: &Path) -> Result<Self> {
        refuse_existing(to)?;
        let name = to.file_name().unwrap_or_default().to_string_lossy();
        let path = to.with_file_name(format!(".{name}.unfinished"));
        // Of one that was cut short.
        let _ = fs::remove_file(&path);
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(&path);
        let file = file.map_err(|error| failed(to, &error))?;
        Ok(Self { path, to: to.into(), file: BufWriter::new(file) })
    }

    /// Gives it its name, once it is on the disk.
    pub(crate) fn finish(mut self) -> Result<()> {
        let synced = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        refuse_existing(&self.to)?;
        let placed = synced.and_then(|()| fs::rename(&self.path, &self.to));
        let folder = self.to.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = File::open(folder.unwrap_or(Path::new(".")));
        let kept = placed.and_then(|()| folder?.sync_all());
        kept.map_err(|error| failed(&self.to, &error))
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // Once it is finished, it is not here.
        let _ = fs::remove_file(&self.path);
    }
}

fn refuse_existing(path: &Path) -> Result<()> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(Error::Exists { path: path.into() });
    }
    Ok(())
}

fn failed(path: &Path, error: &io::Error) -> Error {
    Error::other(format!("writing {}: {error}", path.display()))
}
