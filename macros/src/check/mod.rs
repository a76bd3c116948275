//! Refuses what can't work, each mistake on the user's own token.

mod class;
mod field;
mod keys;
mod names;
mod serde;

pub(crate) use class::is_memo;

use crate::{ast::Class, errors::Errors};

/// Looks at everything; finds every mistake, not only the first.
pub(crate) fn class(class: &Class, errors: &mut Errors) {
    class::check(class, errors);
    serde::container(class, errors);
    for variant in class.variants() {
        field::variant(variant, errors);
    }
    for field in class.all_fields() {
        field::check(field, errors);
        serde::field(field, errors);
    }
    field::places(class, errors);
    names::check(class, errors);
    keys::check(class, errors);
}
