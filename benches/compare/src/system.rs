//! What the operating system knows of this process, and the allocator that counts.
#![expect(
    unsafe_code,
    reason = "an allocator and a clock that the standard library does not offer"
)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    fs,
    mem::MaybeUninit,
    sync::atomic::{AtomicBool, AtomicI64, Ordering},
    time::Duration,
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Off but for rows of memory: counting would cost those that allocate more than others.
static COUNTS: AtomicBool = AtomicBool::new(false);
static NOW: AtomicI64 = AtomicI64::new(0);
static PEAK: AtomicI64 = AtomicI64::new(0);

struct Counting;

fn count(bytes: i64) {
    if COUNTS.load(Ordering::Relaxed) {
        let now = NOW.fetch_add(bytes, Ordering::Relaxed) + bytes;
        PEAK.fetch_max(now, Ordering::Relaxed);
    }
}

// SAFETY: every call goes to the system's allocator with the arguments it came with; counting
// touches atomics alone.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        // SAFETY: the caller keeps the contract of `alloc`, which is the same there.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as i64 - layout.size() as i64);
        // SAFETY: as above.
        unsafe { System.realloc(block, layout, size) }
    }
}

/// By how many bytes the heap grew at most while `work` ran.
pub(crate) fn peak_heap<R>(work: impl FnOnce() -> R) -> (R, u64) {
    NOW.store(0, Ordering::Relaxed);
    PEAK.store(0, Ordering::Relaxed);
    COUNTS.store(true, Ordering::SeqCst);
    let result = work();
    COUNTS.store(false, Ordering::SeqCst);
    (result, PEAK.load(Ordering::Relaxed).unsigned_abs())
}

/// Processor time of all threads of this process, those that have ended too.
pub(crate) fn cpu_time() -> Duration {
    let mut time = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: `time` is room for a timespec, for which zeros are a value too.
    let time = unsafe {
        libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, time.as_mut_ptr());
        time.assume_init()
    };
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

/// Resident bytes of this process: of its own, and of mapped files.
pub(crate) fn resident() -> (u64, u64) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim_start_matches(':').split_whitespace().next()?.parse::<u64>().ok()
    };
    (kib("RssAnon").unwrap_or(0) << 10, kib("RssFile").unwrap_or(0) << 10)
}
