//! The line between a test and a process it started.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// Lines of text, both ways. What one side has sent arrives even if it is killed right after.
pub struct Wire {
    stream: UnixStream,
    reader: BufReader<UnixStream>,
    /// The start of a line whose end has not arrived.
    partial: Vec<u8>,
    has_ended: bool,
}

impl Wire {
    pub(super) fn new(stream: UnixStream) -> io::Result<Self> {
        let reader = BufReader::new(stream.try_clone()?);
        Ok(Self { stream, reader, partial: Vec::new(), has_ended: false })
    }

    /// In the started process: its standard input is one end of the line.
    pub(super) fn of_child() -> io::Result<Self> {
        Self::new(UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?))
    }

    /// Sends one line.
    pub fn send(&mut self, line: &str) -> io::Result<()> {
        self.stream.write_all(format!("{line}\n").as_bytes())
    }

    /// Promises that commit `number` is there to stay: a kill must not take it back.
    pub fn acknowledge(&mut self, number: u64) -> io::Result<()> {
        self.send(&number.to_string())
    }

    /// The next line; none when the other side is gone.
    pub fn receive(&mut self) -> io::Result<Option<String>> {
        self.stream.set_read_timeout(None)?;
        self.read_line()
    }

    /// The next line if it comes before `deadline`; none at the deadline or when nobody is there.
    pub(super) fn receive_until(&mut self, deadline: Instant) -> io::Result<Option<String>> {
        let left = deadline.saturating_duration_since(Instant::now());
        // A side that never pauses must not hold us here; and a time-out of zero means for ever.
        if left < Duration::from_micros(1) {
            return Ok(None);
        }
        self.stream.set_read_timeout(Some(left))?;
        match self.read_line() {
            Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                Ok(None)
            }
            other => other,
        }
    }

    /// The other side has hung up.
    pub(super) fn has_ended(&self) -> bool {
        self.has_ended
    }

    fn read_line(&mut self) -> io::Result<Option<String>> {
        match self.reader.read_until(b'\n', &mut self.partial) {
            // A process that died with unread lines resets the connection: nothing more will come.
            Err(e) if e.kind() != io::ErrorKind::ConnectionReset => return Err(e),
            _ if self.partial.last() != Some(&b'\n') => {
                self.has_ended = true;
                return Ok(None);
            }
            _ => {}
        }
        let mut line = std::mem::take(&mut self.partial);
        line.pop();
        String::from_utf8(line).map(Some).map_err(io::Error::other)
    }
}
