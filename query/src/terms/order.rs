//! What results are sorted by: an index, or a field.

use std::fmt;

use db0_collections::index::{Entries, Index, Part};
use db0_runtime::{
    AnyMemo, Memo,
    class::Class,
    codec::key::{FieldKeys, Key},
};

use super::{
    field::Field,
    field_key::FieldKey,
    findable::{Covers, Findable},
};

/// What objects of the class `T` are sorted by: `&index`, entries of an index such as
/// `index.iter().nulls_last()`, or a field such as `Person::AGE`.
#[diagnostic::on_unimplemented(
    message = "objects of `{T}` can't be sorted by `{Self}`",
    label = "neither an index of them nor one of their fields that is a key, or a collection of keys"
)]
pub trait SortKey<T> {
    /// The order as a value.
    #[doc(hidden)]
    fn order(&self) -> Order;
}

/// An order as a value.
#[doc(hidden)]
#[derive(Clone)]
pub struct Order(pub(crate) By);

#[derive(Clone)]
pub(crate) enum By {
    Index(Part),
    Field { field: FieldKey, nulls_last: bool },
}

impl<T, S: SortKey<T> + ?Sized> SortKey<T> for &S {
    fn order(&self) -> Order {
        (**self).order()
    }
}

impl<T: Covers<P>, P: Class, K: Key> SortKey<T> for Index<K, Memo<P>> {
    fn order(&self) -> Order {
        Order(By::Index(self.part()))
    }
}

impl<T: Covers<P>, P: Class, K: Key> SortKey<T> for Entries<K, Memo<P>> {
    fn order(&self) -> Order {
        Order(By::Index(self.part()))
    }
}

impl<T: Findable, K: Key> SortKey<T> for Index<K, AnyMemo> {
    fn order(&self) -> Order {
        Order(By::Index(self.part()))
    }
}

impl<T: Findable, K: Key> SortKey<T> for Entries<K, AnyMemo> {
    fn order(&self) -> Order {
        Order(By::Index(self.part()))
    }
}

impl<T: Covers<P>, P: Class, V: FieldKeys + 'static> SortKey<T> for Field<P, V> {
    fn order(&self) -> Order {
        Order(By::Field { field: FieldKey::of_any::<T, P, V>(*self), nulls_last: false })
    }
}

/// A field with `None` behind all other values: made by [`Field::nulls_last`].
#[derive(Clone, Copy, Debug)]
pub struct NullsLast<F>(F);

impl<T: Class, V: Key> Field<T, Option<V>> {
    /// Sorts objects without a value behind all others, in either direction.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Letter { to: String, sent: Option<u16> }
    /// db0::Memo::new(Letter { to: "Emma".into(), sent: None });
    /// let sent = db0::Memo::new(Letter { to: "Bob".into(), sent: Some(7) });
    /// let letters = db0::find::<Letter>(()).sort_by(Letter::SENT.nulls_last());
    /// assert_eq!(letters.first(), Some(sent));
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn nulls_last(self) -> NullsLast<Self> {
        NullsLast(self)
    }
}

impl<T: Covers<P>, P: Class, V: Key> SortKey<T> for NullsLast<Field<P, Option<V>>> {
    fn order(&self) -> Order {
        Order(By::Field { field: FieldKey::of::<T, P, Option<V>>(self.0), nulls_last: true })
    }
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nulls_last = match &self.0 {
            By::Index(part) => {
                part.fmt(f)?;
                part.is_nulls_last()
            }
            By::Field { field, nulls_last } => {
                field.fmt(f)?;
                *nulls_last
            }
        };
        f.write_str(if nulls_last { " (None last)" } else { "" })
    }
}
