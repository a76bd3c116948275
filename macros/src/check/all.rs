//! All checks, in order.

use super::{class as of_class, field, keys, names, serde};
use crate::{ast::Class, errors::Errors};

/// Looks at everything; finds every mistake, not only the first.
pub(crate) fn class(class: &Class, errors: &mut Errors) {
    of_class::check(class, errors);
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
