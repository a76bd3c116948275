//! Queries as bytes: to be sent to another process, or stored in an object.

mod read;
mod stored;
mod write;

use read::read;
use write::write;
