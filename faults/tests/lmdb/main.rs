//! The machinery proves itself on raw LMDB: what LMDB promises holds, and what it does not is caught.

mod store;
mod workload;

mod crashes;
mod io_errors;
mod kills;
