//! Classes: what the macro says of a type, and what the catalogue on disk says of it.

mod catalogue;
mod check_type;
mod enum_tag;
mod field_tags;
mod info;
mod kept;
mod known;
mod leaving;
mod name_hash;
mod near_names;
mod probe;
mod record;
mod schema;
mod tag;
mod tag_name_row;
mod tag_names;
mod type_text;

pub(crate) use catalogue::{Catalogue, ClassState, Written};
pub(crate) use check_type::check_type;
pub use enum_tag::EnumTag;
pub use field_tags::FieldTags;
pub use info::{
    Class, ClassInfo, FieldInfo, Implements, KeyInfo, KeyUse, KeysOf, Shape, Singleton,
};
pub(crate) use kept::{Kept, KeptKey};
pub use known::Known;
pub use probe::{Otherwise, Plain, Probe};
pub(crate) use schema::{FieldRecord, Form, ONLY, Schema};
pub use tag::TagName;
pub(crate) use tag_name_row::TagNameRow;
pub(crate) use tag_names::{NamesWritten, TagNames};
pub(crate) use type_text::{is_same_renamed, with_class_names};
