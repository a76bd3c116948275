//! Running a query: a plan, ways through sets of numbers, and results in their order.

pub(crate) mod and;
pub(crate) mod composite;
pub(crate) mod eval;
pub(crate) mod explain;
pub(crate) mod field_walk;
pub(crate) mod ids;
pub(crate) mod indexed;
pub(crate) mod look;
pub(crate) mod plan;
mod run;
pub(crate) mod sort;
pub(crate) mod stream;
