//! What can be put on an object as a tag.

use std::borrow::Cow;

use db0_runtime::{
    AnyMemo, Memo, Result, WeakMemo,
    class::{Class, TagName},
    derived::Few,
};

use super::{criteria::ClassTag, dyn_memo::DynMemo, tuples::each_tuple};

/// One tag or many: text, values of enums with `#[derive(db0::Tag)]`, objects, classes, and arrays,
/// slices, `Vec`s and tuples of those.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tag",
    label = "neither text, an enum with #[derive(db0::Tag)], an object, a class, nor several of those"
)]
pub trait TagList {
    /// Adds the tags' identities.
    fn collect(&self, into: &mut Few<TagName>) -> Result<()>;
}

impl<L: TagList + ?Sized> TagList for &L {
    fn collect(&self, into: &mut Few<TagName>) -> Result<()> {
        (**self).collect(into)
    }
}

impl TagList for str {
    fn collect(&self, into: &mut Few<TagName>) -> Result<()> {
        into.push(TagName::text(self)?);
        Ok(())
    }
}

impl TagList for () {
    fn collect(&self, _: &mut Few<TagName>) -> Result<()> {
        Ok(())
    }
}

impl TagList for Cow<'_, str> {
    fn collect(&self, into: &mut Few<TagName>) -> Result<()> {
        (**self).collect(into)
    }
}

impl TagList for String {
    fn collect(&self, into: &mut Few<TagName>) -> Result<()> {
        self.as_str().collect(into)
    }
}

impl<T: Class> TagList for Memo<T> {
    fn collect(&self, into: &mut Few<TagName>) -> Result<()> {
        self.place()?;
        into.push(TagName::object(self.uuid()));
        Ok(())
    }
}

impl TagList for AnyMemo {
    fn collect(&self, into: &mut Few<TagName>) -> Result<()> {
        into.push(TagName::object(self.uuid()));
        Ok(())
    }
}

impl<D: ?Sized> TagList for DynMemo<D> {
    fn collect(&self, into: &mut Few<TagName>) -> Result<()> {
        (**self).collect(into)
    }
}

impl<T: Class> TagList for WeakMemo<T> {
    fn collect(&self, into: &mut Few<TagName>) -> Result<()> {
        into.push(TagName::object(self.uuid()));
        Ok(())
    }
}

impl TagList for TagName {
    fn collect(&self, into: &mut Few<TagName>) -> Result<()> {
        into.push(self.clone());
        Ok(())
    }
}

impl TagList for ClassTag {
    fn collect(&self, into: &mut Few<TagName>) -> Result<()> {
        into.push(self.name());
        Ok(())
    }
}

impl<L: TagList> TagList for [L] {
    fn collect(&self, into: &mut Few<TagName>) -> Result<()> {
        self.iter().try_for_each(|tag| tag.collect(into))
    }
}

impl<L: TagList, const N: usize> TagList for [L; N] {
    fn collect(&self, into: &mut Few<TagName>) -> Result<()> {
        self.as_slice().collect(into)
    }
}

impl<L: TagList> TagList for Vec<L> {
    fn collect(&self, into: &mut Few<TagName>) -> Result<()> {
        self.as_slice().collect(into)
    }
}

macro_rules! tuples {
    ($(($($name:ident $index:tt),*))*) => {$(
        impl<$($name: TagList),*> TagList for ($($name,)*) {
            fn collect(&self, into: &mut Few<TagName>) -> Result<()> {
                $(self.$index.collect(into)?;)*
                Ok(())
            }
        }
    )*};
}

each_tuple!(tuples);

/// Makes the values of an enum usable as tags and criteria; called by `#[derive(db0::Tag)]`.
#[doc(hidden)]
#[macro_export]
macro_rules! __tag_impls {
    ($tag:ty) => {
        #[automatically_derived]
        #[allow(deprecated)]
        impl $crate::TagList for $tag {
            fn collect(
                &self,
                into: &mut $crate::plumbing::Few<$crate::plumbing::TagName>,
            ) -> $crate::plumbing::Result<()> {
                into.push($crate::plumbing::TagName::variant(self));
                ::core::result::Result::Ok(())
            }
        }

        #[automatically_derived]
        #[allow(deprecated)]
        impl $crate::plumbing::FieldTags for $tag {
            fn field_tags(&self, ordinal: u16, sink: &mut $crate::plumbing::KeySink) {
                sink.push_variant(ordinal, self);
            }
        }

        // The user's enum may be called `T`.
        #[automatically_derived]
        #[allow(deprecated)]
        impl<Db0Found> $crate::Criteria<Db0Found> for $tag {
            fn expr(&self) -> $crate::Expr {
                $crate::Expr::tag($crate::plumbing::TagName::variant(self))
            }
        }
    };
}
