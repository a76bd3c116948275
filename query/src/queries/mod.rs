//! Queries as users hold them, and what can be made of them and their results.

pub(crate) mod group;
pub(crate) mod join;
pub(crate) mod matches;
pub(crate) mod measure;
pub(crate) mod query;
pub(crate) mod shape;
