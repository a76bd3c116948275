//! Keys: values as bytes that sort as the values do.

mod array;
mod calendar;
#[cfg(feature = "chrono")]
mod chrono_types;
mod composite;
mod contract;
mod desc;
mod escape;
mod fault;
mod field;
mod field_kind;
mod float;
mod impls;
mod int;
mod into_key;
mod kind;
mod moment;
mod option;
mod parse;
mod range;
mod reader;
mod scalar;
mod show;
mod sink;
mod take;
mod text;
#[cfg(feature = "time")]
mod time_types;
mod tuple;

#[cfg(test)]
mod tests;

pub use composite::{Composite, under};
pub use contract::{Key, KeyPart, decode_key, encode_key};
pub use desc::Desc;
pub use fault::KeyFault;
pub use field::{Elements, FieldKeys};
pub use field_kind::FieldKind;
pub use into_key::IntoKey;
pub use kind::KeyKind;
pub use range::{
    KeyBounds, KeyRange, bytes_prefix_range, is_within, prefix_range, successor, text_prefix_range,
};
pub use reader::KeyReader;
pub use sink::{KeySink, SinkKey};
pub use take::Outcome;
