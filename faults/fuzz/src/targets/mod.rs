//! What is fed.

mod all;
mod commit;
mod dump;
mod file;
mod history;
mod payload;
mod query;

#[cfg(db0_fuzzing)]
pub(crate) use all::Target;
pub(crate) use all::of;
