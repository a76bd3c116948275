//! The bell of an environment: a page that processes share, by which commits are known and waited for.
//!
//! A file beside the environment, mapped by everybody who has it open:
//!
//! ```text
//!  0  begun   u64   LMDB's number of the commit that was begun last
//!  8  ended   u64   … and of the one that came to its end last
//! 16  rung    u32   counts announcements; those who wait sleep on it (a futex)
//! ```
//! Only the process with the writer's lease writes to it. Nothing in it has to survive anything: a
//! writer that dies leaves at worst `begun` and `ended` apart, which sends everybody to ask LMDB.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io,
    os::{fd::AsRawFd, unix::fs::OpenOptionsExt},
    path::{Path, PathBuf},
    ptr::{self, NonNull},
    sync::{
        OnceLock,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use super::files;
use crate::private;

/// The name of the page's file.
pub(crate) const FILE: &str = ".bell";
/// More than any page size that is worth mapping.
const BYTES: usize = 4096;
/// Without a page, commits are looked for so often.
const POLLED_EVERY: Duration = Duration::from_micros(500);

/// What stands in the page.
#[repr(C)]
struct Face {
    begun: AtomicU64,
    ended: AtomicU64,
    rung: AtomicU32,
}

/// A mapping of the file.
struct Page {
    face: NonNull<Face>,
}

// SAFETY: the page is only touched through atomics, and unmapped when nobody borrows it any more.
unsafe impl Send for Page {}
// SAFETY: as above.
unsafe impl Sync for Page {}

impl Page {
    /// The file, as the holder of the lease has it: there, and long enough.
    fn made(path: &Path) -> io::Result<Self> {
        let file = private::open(path)?;
        files::take_room(&file, BYTES as u64)?;
        Self::map(&file, true)
    }

    /// The file, as who listens has it.
    fn found(path: &Path) -> io::Result<Self> {
        let open = |writes| {
            let mut options = OpenOptions::new();
            options.read(true).write(writes).custom_flags(libc::O_NOFOLLOW).open(path)
        };
        // In the layers of a container, who may only read would get another file than who writes.
        let file = open(true).or_else(|_| open(false))?;
        if file.metadata()?.len() < BYTES as u64 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Self::map(&file, false)
    }

    fn map(file: &File, writes: bool) -> io::Result<Self> {
        let access = if writes { libc::PROT_READ | libc::PROT_WRITE } else { libc::PROT_READ };
        // SAFETY: a fresh mapping of an open file, at an address that the system chooses; it
        // outlives the descriptor. The file has `BYTES` bytes and nobody makes it shorter.
        let start = unsafe {
            libc::mmap(ptr::null_mut(), BYTES, access, libc::MAP_SHARED, file.as_raw_fd(), 0)
        };
        match NonNull::new(start) {
            Some(start) if start.as_ptr() != libc::MAP_FAILED => Ok(Self { face: start.cast() }),
            _ => Err(io::Error::last_os_error()),
        }
    }

    fn face(&self) -> &Face {
        // SAFETY: the mapping is aligned to a page, larger than a `Face`, and lasts as long as
        // `self`. A `Face` is made of atomics, for which any bytes are a value, and other processes
        // change them by atomic stores alone. Reads of a read-only mapping are plain loads.
        unsafe { self.face.as_ref() }
    }

    /// Sleeps until the bell is rung, has been rung since `seen`, or the time is over.
    fn sleep(&self, seen: u32, time: Duration) {
        let time = libc::timespec {
            tv_sec: libc::time_t::try_from(time.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_nsec: time.subsec_nanos().into(),
        };
        let word = self.face().rung.as_ptr();
        // SAFETY: a mapped and aligned word, and a time that outlives the call. The kernel only
        // reads both, so a read-only mapping will do. Without the private flag the word is known by
        // its file, so that processes meet at it. Every result means: look again.
        unsafe { libc::syscall(libc::SYS_futex, word, libc::FUTEX_WAIT, seen, &raw const time) };
    }

    fn wake(&self) {
        let word = self.face().rung.as_ptr();
        // SAFETY: a mapped and aligned word, of which the kernel takes the address alone.
        unsafe { libc::syscall(libc::SYS_futex, word, libc::FUTEX_WAKE, i32::MAX) };
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // SAFETY: mapped by `map` with this length, and unmapped once.
        unsafe { libc::munmap(self.face.as_ptr().cast(), BYTES) };
    }
}

/// The bell of one environment, as this process has it.
pub(crate) struct Bell {
    path: PathBuf,
    /// For listening; mapped once it is there.
    heard: OnceLock<Page>,
    /// For ringing, by the process that writes.
    rope: OnceLock<Page>,
}

impl fmt::Debug for Bell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bell({})", self.path.display())
    }
}

impl Bell {
    pub(super) fn of(folder: &Path) -> Self {
        let bell = Self { path: folder.join(FILE), heard: OnceLock::new(), rope: OnceLock::new() };
        bell.listen();
        bell
    }

    fn page(&self) -> Option<&Page> {
        self.rope.get().or_else(|| self.heard.get())
    }

    /// Maps the page if a writer has made it by now.
    fn listen(&self) -> Option<&Page> {
        self.page().or_else(|| {
            let page = Page::found(&self.path).ok()?;
            Some(self.heard.get_or_init(|| page))
        })
    }

    /// Takes the rope. The caller has the writer's lease, and tells LMDB's number of the last
    /// commit.
    pub(super) fn take_rope(&self, last: u64) -> io::Result<()> {
        if self.rope.get().is_none() {
            let page = Page::made(&self.path)?;
            let _ = self.rope.set(page);
        }
        self.begin(last);
        self.end(last);
        Ok(())
    }

    /// A commit begins: until it has ended, nobody trusts the page.
    pub(super) fn begin(&self, number: u64) {
        if let Some(page) = self.rope.get() {
            page.face().begun.store(number, Ordering::SeqCst);
        }
    }

    /// A commit has ended well.
    pub(super) fn end(&self, number: u64) {
        if let Some(page) = self.rope.get() {
            page.face().begun.store(number, Ordering::SeqCst);
            page.face().ended.store(number, Ordering::SeqCst);
        }
    }

    /// LMDB's number of the last commit, if none is under way.
    #[inline]
    pub(super) fn last(&self) -> Option<u64> {
        let face = self.page()?.face();
        // First the end: one that begins in between is no concern of somebody who has looked before.
        let ended = face.ended.load(Ordering::Acquire);
        (face.begun.load(Ordering::Acquire) == ended).then_some(ended)
    }

    /// Wakes everybody who waits, in all processes.
    pub(super) fn ring(&self) {
        if let Some(page) = self.rope.get() {
            page.face().rung.fetch_add(1, Ordering::SeqCst);
            page.wake();
        }
    }

    /// Has those who sleep at present look around, though nothing was committed.
    pub(crate) fn nudge(&self) {
        if let Some(page) = self.page() {
            page.wake();
        }
    }

    /// How often it was rung: to be asked before looking for what is waited for.
    pub(crate) fn rung(&self) -> Option<u32> {
        self.listen().map(|page| page.face().rung.load(Ordering::SeqCst))
    }

    /// Sleeps until it is rung after `seen`, or for so long at most; it may wake earlier. Without a
    /// page it sleeps a little.
    pub(crate) fn sleep(&self, seen: Option<u32>, time: Duration) {
        match (self.page(), seen) {
            (Some(page), Some(seen)) => page.sleep(seen, time),
            _ => thread::sleep(time.min(POLLED_EVERY)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Instant};

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn a_ring_wakes_who_sleeps_and_is_not_missed_by_who_is_about_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let rung = Bell::of(folder.path());
        rung.take_rope(1).expect("the folder can be written");
        let heard = Arc::new(Bell::of(folder.path()));
        let began = Instant::now();
        for _ in 0..200 {
            let seen = heard.rung();
            let sleeper = heard.clone();
            let sleeper = thread::spawn(move || sleeper.sleep(seen, LONG));
            rung.ring();
            sleeper.join().expect("it wakes");
        }
        assert!(began.elapsed() < LONG, "somebody slept through");
    }

    #[test]
    fn the_page_is_trusted_only_between_commits() {
        let folder = tempfile::tempdir().expect("a folder");
        let heard = Bell::of(folder.path());
        assert_eq!((heard.rung(), heard.last()), (None, None));
        let rung = Bell::of(folder.path());
        rung.take_rope(7).expect("the folder can be written");
        assert!(heard.rung().is_some());
        assert_eq!(heard.last(), Some(7));
        rung.begin(8);
        assert_eq!(heard.last(), None);
        rung.end(8);
        assert_eq!(heard.last(), Some(8));
    }

    #[test]
    fn a_page_that_is_too_short_is_no_page() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(FILE), "short").expect("it can be written");
        assert_eq!(Bell::of(folder.path()).rung(), None);
    }
}
