//! The self-describing value: any stored bytes without their type.

mod bytes;
mod compare;
mod convert;
mod deserialize;
mod get;
mod home;
mod serialize;
mod show;
mod tagged;
mod types;

pub use bytes::{from_value, to_value};
pub(crate) use home::{Homes, set_homes};
pub(crate) use show::describe;
pub use types::{Reference, Value};
