//! What is wrong with a file that does not open: told from its two headers.

use std::{fmt, fs::OpenOptions, os::unix::fs::OpenOptionsExt, path::Path};

use super::{PrefixName, verifying::head_in};
use crate::{
    Error, Result,
    lmdb::FILES,
    pages::{Metas, PageFile, lacks_only_free},
};

/// What the two headers of a file say. Commits write them in turn, so that one is always whole.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// Of each header, the number of the commit that wrote it, or what is wrong with it. The numbers are
    /// LMDB's own, and not those of states.
    pub headers: [Result<u64, String>; 2],
    /// The last state as of each header, where that can be read.
    pub states: [Option<u64>; 2],
    /// Pages that the last commit uses are missing at the end of the file.
    pub is_truncated: bool,
}

impl Diagnosis {
    /// Both headers are sound, and nothing is missing: it opens. What is in it, verifying tells.
    pub fn opens(&self) -> bool {
        self.headers.iter().all(Result::is_ok) && !self.is_truncated
    }

    /// One header is damaged, and can be written anew from the other one.
    pub fn can_be_rebuilt(&self) -> bool {
        self.headers.iter().filter(|header| header.is_ok()).count() == 1
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = ["first", "second"].into_iter().zip(&self.headers);
        for ((place, header), state) in places.zip(self.states) {
            match header {
                Ok(commit) => {
                    write!(f, "the {place} header is sound, of commit {commit}")?;
                    state.map_or(Ok(()), |state| write!(f, ", state {state}"))?;
                    writeln!(f)?;
                }
                Err(why) => writeln!(f, "the {place} header is damaged: {why}")?,
            }
        }
        f.write_str(match (self.is_truncated, self.can_be_rebuilt(), self.opens()) {
            (true, ..) => "the file is truncated: restore it from a copy",
            (_, true, _) => "the damaged header can be rebuilt in a copy",
            (_, _, true) => "the file opens; verify it to see whether all in it is sound",
            _ => "neither header is sound: restore it from a copy",
        })
    }
}

/// Looks at the headers of a prefix's file, which is read byte by byte.
pub(crate) fn diagnose(root: &Path, name: &PrefixName) -> Result<Diagnosis> {
    let data = name.folder(root).join(FILES[0]);
    let options = OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW).open(&data);
    let failed = |error: std::io::Error| Error::io("opening", &data, &error);
    let metas = Metas::read(&options.map_err(failed)?).map_err(failed)?;
    let state = |file: Result<PageFile>| {
        let file = file.ok()?;
        head_in(&file, &data).ok().map(|head| (file.txn(), head.state.0))
    };
    let known = [state(PageFile::open(&data)), state(PageFile::open_before(&data))];
    let state_of =
        |txn| known.into_iter().flatten().find(|known| known.0 == txn).map(|known| known.1);
    let states = metas.both.map(|meta| meta.ok().and_then(|meta| state_of(meta.txn)));
    let headers = metas.both.map(|meta| meta.map(|meta| meta.txn).map_err(str::to_owned));
    let is_truncated =
        PageFile::open(&data).is_ok_and(|file| !file.is_whole() && !lacks_only_free(&file));
    Ok(Diagnosis { headers, states, is_truncated })
}
