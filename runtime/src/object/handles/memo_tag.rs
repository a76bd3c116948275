//! Handles as tags: an object tags those that have it in a field.

use super::memo::Memo;
use crate::{
    class::{FieldTags, TagName},
    codec::key::KeySink,
};

impl<T> FieldTags for Memo<T> {
    fn field_tags(&self, ordinal: u16, sink: &mut KeySink) {
        sink.push_tag(ordinal, Some(&TagName::object(self.uuid())));
    }
}
