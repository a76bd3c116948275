//! Fields whose values are tags of their object.

use super::{enum_tag::EnumTag, tag::TagName};
use crate::codec::key::KeySink;

/// The type of a field that can be declared `#[db0(tag)]`.
///
/// ```
/// use db0_runtime::{class::FieldTags, codec::key::KeySink};
///
/// let mut sink = KeySink::default();
/// sink.tag(0, &vec!["red".to_string(), "round".to_string()]);
/// sink.tag(1, &None::<String>);
/// assert_eq!(sink.len(), 2);
/// ```
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` can't be a tag",
    label = "neither text, an enum with #[derive(db0::Tag)], an object, nor an `Option` or `Vec` of those"
)]
pub trait FieldTags {
    /// Hands each tag to `sink`.
    fn field_tags(&self, ordinal: u16, sink: &mut KeySink);
}

impl KeySink {
    /// Adds the tags that `value`, a field, gives its object.
    #[inline]
    pub fn tag<V: FieldTags + ?Sized>(&mut self, ordinal: u16, value: &V) {
        value.field_tags(ordinal, self);
    }

    /// Adds one tag; one of empty text is there without bytes, and refused later with its field.
    pub(crate) fn push_tag(&mut self, ordinal: u16, tag: Option<&TagName>) {
        self.push_with(ordinal, false, |out| {
            out.extend_from_slice(tag.map_or(&[], TagName::as_bytes));
        });
    }

    /// Adds the tag that a value of an enum is.
    #[doc(hidden)]
    pub fn push_variant<E: EnumTag>(&mut self, ordinal: u16, value: &E) {
        self.push_tag(ordinal, Some(&TagName::variant(value)));
    }
}

impl FieldTags for str {
    fn field_tags(&self, ordinal: u16, sink: &mut KeySink) {
        sink.push_tag(ordinal, TagName::text(self).ok().as_ref());
    }
}

impl FieldTags for String {
    fn field_tags(&self, ordinal: u16, sink: &mut KeySink) {
        self.as_str().field_tags(ordinal, sink);
    }
}

impl<V: FieldTags> FieldTags for Option<V> {
    fn field_tags(&self, ordinal: u16, sink: &mut KeySink) {
        self.iter().for_each(|value| value.field_tags(ordinal, sink));
    }
}

impl<V: FieldTags> FieldTags for Vec<V> {
    fn field_tags(&self, ordinal: u16, sink: &mut KeySink) {
        self.iter().for_each(|value| value.field_tags(ordinal, sink));
    }
}
