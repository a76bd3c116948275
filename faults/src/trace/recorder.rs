//! Recording while a workload runs.

use std::io;
use std::path::Path;

use super::log::Log;
use super::tape::Trace;
use crate::watch::Registered;

/// Notes everything that reaches the files below a directory, until [`finish`](Self::finish).
///
/// What is there at the start counts as safely on disk. The workload says how far it is: before it
/// tries commit `n` it calls [`attempt`](Self::attempt), and once `n` is promised to be durable,
/// [`acknowledge`](Self::acknowledge). A state after a crash must then hold all that had been
/// acknowledged and nothing that had not been attempted.
///
/// ```
/// use std::{fs, fs::File, io::Write};
/// use db0_faults::{Recorder, Replay, Scratch};
///
/// let scratch = Scratch::new()?;
/// let mut file = File::create(scratch.path().join("count"))?;
/// let recorder = Recorder::below(scratch.path(), &[])?;
/// for number in 1..=3 {
///     recorder.attempt(number);
///     file.write_all(b".")?;
///     file.sync_data()?;
///     recorder.acknowledge(number);
/// }
/// let report = Replay::default().run(&recorder.finish()?, |folder, state| {
///     let found = fs::read(folder.join("count")).map_err(|e| e.to_string())?.len() as u64;
///     let allowed = state.acknowledged()..=state.attempted();
///     if allowed.contains(&found) { Ok(()) } else { Err(format!("{found} dots")) }
/// })?;
/// report.assert_sound(4);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Recorder {
    watch: Registered<Log>,
}

impl Recorder {
    /// Begins below `folder`. Files named in `except` are no data: they are neither recorded nor
    /// part of the states (as LMDB's lock file, which is made anew by whoever opens first).
    pub fn below(folder: &Path, except: &[&str]) -> io::Result<Self> {
        let root = folder.canonicalize()?;
        let except = except.iter().map(|name| (*name).to_owned()).collect();
        let log = Log::new(root.clone(), except)?;
        Ok(Self { watch: Registered::new(root, log) })
    }

    /// Commit `number` is about to be tried.
    pub fn attempt(&self, number: u64) {
        self.watch.observer.notes().attempted = number;
    }

    /// Commit `number` has been promised to be durable.
    pub fn acknowledge(&self, number: u64) {
        self.watch.observer.notes().acknowledged = number;
    }

    /// Ends the recording.
    ///
    /// Fails if something changed the files past the recorder: then the trace would prove nothing.
    /// That is checked by playing the trace to its end and comparing the result with the directory.
    pub fn finish(self) -> io::Result<Trace> {
        let actual = self.watch.observer.read_again()?.listing();
        let notes = std::mem::take(&mut *self.watch.observer.notes());
        let trace = Trace::new(notes.start, notes.ops, notes.acknowledged, notes.attempted);
        let mut unseen = notes.unseen;
        let played = trace.end().listing();
        for path in actual.keys().chain(played.keys()) {
            if actual.get(path) != played.get(path) {
                unseen.insert(format!("{}: differs from what was recorded", path.display()));
            }
        }
        if unseen.is_empty() {
            return Ok(trace);
        }
        let list: Vec<String> = unseen.into_iter().collect();
        Err(io::Error::other(format!("changes went past the recorder: {}", list.join("; "))))
    }
}
