//! What a single field or variant must not be.

use syn::Type;

use crate::{
    ast::{Body, Class, Field, Shape, Variant},
    errors::Errors,
};

const CONDITIONAL: &str = "what `cfg_attr` brings out can't be seen by #[db0::memo]: write the part \
                           once for each case, with #[cfg] on each";

pub(super) fn check(field: &Field, errors: &mut Errors) {
    for path in &field.hidden {
        errors.add(path, CONDITIONAL);
    }
    if let Type::Reference(reference) = ungroup(&field.ty) {
        errors.add(
            reference,
            "a memo owns what it holds: use an owned type, like String, Vec or Memo",
        );
    }
    default(field, errors);
    skip(field, errors);
}

/// What `macro_rules!` or parentheses put around a type says nothing.
fn ungroup(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungroup(&group.elem),
        Type::Paren(paren) => ungroup(&paren.elem),
        other => other,
    }
}

fn default(field: &Field, errors: &mut Errors) {
    if let (Some(default), true) = (&field.options.default, field.serde.has("default")) {
        errors.add(&default.key, "the default is given twice: here and in #[serde(default)]");
    }
}

fn skip(field: &Field, errors: &mut Errors) {
    if !field.is_skipped() {
        return;
    }
    for key in field.options.keys() {
        errors.add(key, format!("a skipped field isn't stored and can't be `{key}`"));
    }
    if let Some(earlier) = field.options.renamed_from.first() {
        errors.add(earlier, "a skipped field isn't stored: it has no earlier name");
    }
}

/// Places in an array must not come and go.
pub(super) fn places(class: &Class, errors: &mut Errors) {
    let Body::Struct(shape @ (Shape::Tuple | Shape::Newtype), fields) = &class.body else {
        return;
    };
    for field in fields {
        if !field.cfgs.is_empty() {
            errors.add(
                &field.cfgs,
                "the places of a tuple struct's fields can't depend on #[cfg]: give the fields names",
            );
        }
        if let Some(earlier) = field.options.renamed_from.first() {
            errors.add(earlier, "the fields of a tuple struct have places and no names");
        }
        if *shape == Shape::Newtype && field.is_skipped() {
            errors.add(&field.ty, "the only field can't be skipped: nothing would be stored");
        }
    }
}

/// Variants carry no fields of the class: nothing to find by, no constants.
pub(super) fn variant(variant: &Variant, errors: &mut Errors) {
    for path in &variant.hidden {
        errors.add(path, CONDITIONAL);
    }
    let options = &variant.options;
    let default = options.default.as_ref().map(|default| &default.key);
    let flags = [default, options.skip.as_ref(), options.no_const.as_ref()];
    for key in options.keys().chain(flags.into_iter().flatten()) {
        errors.add(key, format!("`{key}` belongs on a field; a variant takes `renamed_from`"));
    }
    for field in &variant.fields {
        for key in field.options.keys().chain(&field.options.no_const) {
            errors.add(key, format!("`{key}` is for the fields of a struct, not of a variant"));
        }
    }
}
