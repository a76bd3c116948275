//! Whether all of a prefix's bytes make sense, and agree: read page by page, without LMDB.

mod catalogue;
mod collections;
mod counts;
mod envelopes;
mod fields;
mod history;
mod members;
mod names;
mod objects;
mod report;
mod run;
#[cfg(test)]
mod stale;
mod tables;
#[cfg(test)]
mod tests;
mod window;

pub use collections::{BeginCheck, ElementCheck};
pub use report::{Finding, Verification, Verifying};
pub(crate) use run::verify;
