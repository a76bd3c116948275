//! Conditions on fields as values: which field, and which keys of it will do.

use std::{
    fmt::{self, Debug, Formatter},
    marker::PhantomData,
    sync::Arc,
};

use db0_runtime::object::Objects;

use super::{
    core::Node, criteria::Criteria, expr::Expr, field_key::FieldKey, field_test::FieldTest,
    keys::Keys,
};

/// A condition on a field of `T`, as in `Person::AGE.eq(30)`.
///
/// Where the field is declared `#[db0(index)]` or `#[db0(unique)]`, its index answers; so does one of
/// several fields, `#[db0::memo(index = (realm, name))]`, where the first of them have one value each and
/// the next one has a range. Else the objects are looked into.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// #[db0::memo(keep, index = (city, year))]
/// struct House {
///     year: u16,
///     city: String,
/// }
/// # db0::Memo::new(House { year: 1912, city: "Oslo".into() });
/// # db0::Memo::new(House { year: 1912, city: "Rome".into() });
/// # db0::Memo::new(House { year: 1812, city: "Rome".into() });
/// let old = db0::find::<House>((House::YEAR.lt(1900), House::CITY.eq("Rome")));
/// assert_eq!(old.explain().at_most(), 1);
/// # assert_eq!(old.count(), 1);
/// # Ok::<(), db0::Error>(())
/// ```
#[derive(Clone)]
pub struct Condition<T> {
    node: Node,
    class: PhantomData<fn() -> T>,
}

impl<T> Condition<T> {
    /// With keys, in which there are handles of these.
    pub(crate) fn new(field: FieldKey, keys: Keys, of: Vec<Arc<Objects>>) -> Self {
        let several = of.len() > 1;
        let test = Node::Field(FieldTest { field, keys, of: of.into_iter().next() });
        // No prefix has objects of others.
        let node = if several { Node::Or(Vec::new()) } else { test };
        Self { node, class: PhantomData }
    }

    /// One of these holds.
    pub(crate) fn or(conditions: impl IntoIterator<Item = Self>) -> Self {
        let nodes = conditions.into_iter().map(|condition| condition.node).collect();
        Self { node: Node::Or(nodes), class: PhantomData }
    }

    pub(crate) fn not(self) -> Self {
        Self { node: Node::Not(Box::new(self.node)), class: PhantomData }
    }
}

impl<T> Debug for Condition<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.node.fmt(f)
    }
}

impl<T> Criteria<T> for Condition<T> {
    fn expr(&self) -> Expr {
        Expr(self.node.clone())
    }
}
