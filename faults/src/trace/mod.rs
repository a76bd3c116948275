//! What reached the files of a directory while a workload ran, in order.

mod disk;
mod file;
mod log;
mod names;
mod op;
mod recorder;
mod tape;

pub(crate) use disk::Disk;
pub(crate) use file::PAGE;
pub(crate) use op::{Change, NameChange, Node, Op};
pub use recorder::Recorder;
pub use tape::Trace;
