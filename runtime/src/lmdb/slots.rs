//! The table of readers: who has a slot, and slots of a dead process that had this one's number.

use std::{
    ffi::{CStr, c_char, c_int, c_void},
    fs::OpenOptions,
    io,
    mem::size_of,
    os::unix::fs::FileExt,
    path::Path,
};

use lmdb_sys as ffi;

use super::{
    env::Env,
    error::{Fault, Result},
    files::FILES,
};

/// A slot in the table of readers: a process has as many as it has ever read at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reader {
    /// The process that it belongs to.
    pub pid: u32,
    /// Something is being read through it at present.
    pub is_reading: bool,
    /// LMDB's number of the commit that is being read.
    pub(super) txn: Option<u64>,
    /// That of the last commit.
    pub(super) last: u64,
}

impl Reader {
    /// How many commits there have been since the one that is being read: the pages that these freed are
    /// not used again before that has ended.
    pub fn commits_behind(&self) -> Option<u64> {
        self.txn.map(|txn| self.last.saturating_sub(txn))
    }
}

extern "C" fn note(line: *const c_char, readers: *mut c_void) -> c_int {
    // SAFETY: LMDB passes a C string that lasts for this call.
    let line = unsafe { CStr::from_ptr(line) }.to_string_lossy();
    // SAFETY: `readers` is the vector that `Env::readers` lends to the call, and to nobody else.
    let readers = unsafe { &mut *readers.cast::<Vec<Reader>>() };
    // "       pid  thread txnid", a dash for a slot that is not in use; headings have no number.
    let mut words = line.split_whitespace();
    if let Some(Ok(pid)) = words.next().map(str::parse) {
        let txn = words.nth(1).and_then(|txn| txn.parse().ok());
        readers.push(Reader { pid, is_reading: txn.is_some(), txn, last: 0 });
    }
    0
}

impl Env {
    /// The slots that are taken.
    pub(crate) fn readers(&self) -> Result<Vec<Reader>> {
        let mut readers: Vec<Reader> = Vec::new();
        let context = (&raw mut readers).cast();
        // SAFETY: the environment is open, and not being reopened; `note` gets `readers`, which
        // outlives the call.
        let ask = |raw| unsafe { ffi::mdb_reader_list(raw, Some(note), context) };
        match self.pool().while_open(|| self.raw().map(ask))? {
            code if code < 0 => Err(Fault::new(libc::EIO)),
            _ => {
                // Asked afterwards: a read of a later commit than the last one there is none.
                let last = self.last_txn();
                readers.iter_mut().for_each(|reader| reader.last = last);
                Ok(readers)
            }
        }
    }
}

const MAGIC: u32 = 0xBEEF_C0DE;
/// The lower bits of the format: the version of the file; the others tell the kind of locks.
const VERSION_BITS: u32 = 12;
const VERSION: u32 = 2;
const LINE: usize = 64;
const PID_AT: usize = 8;

const fn lines(bytes: usize) -> usize {
    bytes.next_multiple_of(LINE)
}

/// Where the slots begin: behind two mutexes, each with what stands before it, in whole lines.
const SLOTS_AT: usize =
    lines(24 + size_of::<libc::pthread_mutex_t>()) + lines(size_of::<libc::pthread_mutex_t>());

/// Frees slots that bear this process's number though it has not opened the environment yet: those
/// of one that had the number before, as the first process of every container has. LMDB would take
/// them for this one's, for ever. The caller makes sure that this process has not got the file open,
/// and that no other process can have its number at present.
pub(super) fn free_those_of_my_number(folder: &Path) -> io::Result<usize> {
    let path = folder.join(FILES[1]);
    // Nothing of this process is locked in the file yet, so closing it drops nothing.
    let file = match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    let mut table = vec![0; usize::try_from(file.metadata()?.len()).unwrap_or(0).min(1 << 20)];
    file.read_exact_at(&mut table, 0)?;
    let word = |at: usize| {
        table.get(at..at + 4).and_then(|word| word.try_into().ok()).map(u32::from_ne_bytes)
    };
    let known = word(0) == Some(MAGIC)
        && word(4).is_some_and(|format| format % (1 << VERSION_BITS) == VERSION);
    if !known {
        return Ok(0);
    }
    let mine = std::process::id();
    let mut freed = 0;
    for at in (SLOTS_AT + PID_AT..table.len()).step_by(LINE) {
        if word(at) == Some(mine) {
            // As LMDB does it at the end of a thread: by this word alone.
            file.write_all_at(&0_u32.to_ne_bytes(), at as u64)?;
            freed += 1;
        }
    }
    Ok(freed)
}

#[cfg(test)]
mod tests {
    use std::{fs, fs::File};

    use super::*;
    use crate::lmdb::EnvOptions;

    fn options() -> EnvOptions {
        EnvOptions { any_pid_namespace: false, ..EnvOptions::scratch(1 << 20) }
    }

    /// How many slots there are, by the file.
    fn slots(folder: &Path) -> Vec<u32> {
        let table = fs::read(folder.join(FILES[1])).expect("nothing is open");
        let words = (SLOTS_AT + PID_AT..table.len()).step_by(LINE);
        let pid = |at: usize| u32::from_ne_bytes(table[at..at + 4].try_into().expect("a word"));
        words.map(pid).filter(|pid| *pid != 0).collect()
    }

    #[test]
    fn slots_stand_where_they_are_looked_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let env = Env::open(folder.path(), &options()).expect("it opens");
        env.main_table().expect("a look takes a slot");
        let mine = std::process::id();
        let readers = env.readers().expect("it looks");
        assert!(!readers.is_empty() && readers.iter().all(|reader| reader.pid == mine));
        let copy = tempfile::tempdir().expect("a folder");
        let (lock, copied) = (folder.path().join(FILES[1]), copy.path().join(FILES[1]));
        // What a process of this number would leave when it is killed.
        let table = fs::read(&lock).expect("the environment is about to go");
        drop(env);
        fs::write(&copied, &table).expect("it can be written");
        assert_eq!(slots(copy.path()), vec![mine; readers.len()]);
        let freed = free_those_of_my_number(copy.path()).expect("it can be written");
        assert_eq!((freed, slots(copy.path())), (readers.len(), Vec::new()));
    }

    #[test]
    fn a_table_of_another_kind_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(free_those_of_my_number(folder.path()).expect("nothing is there"), 0);
        let lock = folder.path().join(FILES[1]);
        let mut table = vec![0_u8; 1024];
        table[SLOTS_AT + PID_AT..][..4].copy_from_slice(&std::process::id().to_ne_bytes());
        fs::write(&lock, &table).expect("it can be written");
        assert_eq!(free_those_of_my_number(folder.path()).expect("it looks"), 0);
        assert_eq!(fs::read(&lock).expect("it is there"), table);
        File::create(&lock).expect("it can be emptied");
        assert_eq!(free_those_of_my_number(folder.path()).expect("it looks"), 0);
    }

    const ROLE: &str = "DB0_TEST_TAKES_ALL_SLOTS";

    fn take_all(env: &Env) -> Vec<crate::lmdb::ReadTxn<&Env>> {
        std::iter::from_fn(|| env.read().ok()).collect()
    }

    /// Run by the test below in a process that is killed.
    #[test]
    fn takes_all_slots() {
        let Some(folder) = std::env::var_os(ROLE) else { return };
        let env = Env::open(Path::new(&folder), &options()).expect("it opens");
        let taken = take_all(&env);
        println!("> {}", taken.len());
        std::thread::park();
    }

    #[test]
    fn a_full_table_is_told_of_unless_the_dead_filled_it() {
        use std::io::BufRead;

        let folder = tempfile::tempdir().expect("a folder");
        let env = Env::open(folder.path(), &options()).expect("it opens");
        let mut command = std::process::Command::new(std::env::current_exe().expect("a path"));
        command.args(["--exact", "lmdb::slots::tests::takes_all_slots", "--nocapture"]);
        command.env(ROLE, folder.path()).stdout(std::process::Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let lines = io::BufReader::new(child.stdout.take().expect("piped")).lines();
        let taken = lines.map_while(std::result::Result::ok).find_map(|line| {
            line.split_once("> ").and_then(|(_, taken)| taken.parse::<usize>().ok())
        });
        assert!(taken.is_some_and(|taken| taken > 4000), "{taken:?}");
        let full = env.read().err().expect("the other one has them all");
        assert!(full.is_readers_full() && full.to_string().contains("slot is taken"), "{full}");
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        env.read().expect("its slots are free");
        let taken = take_all(&env);
        assert!(taken.len() > 4000 && env.read().is_err());
        drop(taken);
        env.read().expect("they were given back");
    }
}
