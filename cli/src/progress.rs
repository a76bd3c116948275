//! How far a command has come: a line that is written anew, where somebody can see it.

use std::io::{IsTerminal, Write, stderr};

/// A line on the terminal; nothing elsewhere.
#[derive(Default)]
pub(crate) struct Progress {
    shown: String,
}

impl Progress {
    /// Shows a text in the place of the one before it.
    pub(crate) fn show(&mut self, text: String) {
        if text != self.shown && stderr().is_terminal() {
            // A terminal that is gone shows nothing.
            let _ = write!(stderr(), "\r{text}\x1b[K");
            self.shown = text;
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if !self.shown.is_empty() {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}

/// Bytes, as people read them.
pub(crate) fn mebibytes(bytes: u64) -> String {
    let tenths = bytes * 10 / (1 << 20);
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}
