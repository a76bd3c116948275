//! What errors say at a terminal, where nobody has a `Config`.

use std::fmt;

use db0::Error;

/// An error, with what somebody at a terminal can do about it.
pub(crate) struct Words<'e>(pub(crate) &'e Error);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Error::NoPrefix { prefix, root } => {
                let root = root.display();
                write!(
                    f,
                    "there is no prefix {prefix:?} in {root}; `db0 prefixes {root}` lists what there is"
                )
            }
            Error::Locked { prefix, pid } => {
                write!(f, "prefix {prefix:?} is being written by another process")?;
                pid.map_or(Ok(()), |pid| write!(f, " (pid {pid})"))?;
                f.write_str(": try again when it has closed it, or see --wait")
            }
            Error::InUse { prefix, pids } => {
                write!(f, "prefix {prefix:?} is open elsewhere")?;
                let mut before = " (process ";
                for pid in pids {
                    write!(f, "{before}{pid}")?;
                    before = ", ";
                }
                f.write_str(if pids.is_empty() { "" } else { ")" })?;
                f.write_str(": try again when it is closed there, or see --wait")
            }
            error => error.fmt(f),
        }
    }
}
