//! What the type as a whole must not be.

use std::collections::HashSet;

use syn::{Attribute, LitStr, Meta, Path, Token, punctuated::Punctuated};

use crate::{ast::Class, errors::Errors, text};

pub(super) fn check(class: &Class, errors: &mut Errors) {
    generics(class, errors);
    attributes(class, errors);
    options(class, errors);
    implements(class, errors);
}

fn generics(class: &Class, errors: &mut Errors) {
    if !class.item.generics.params.is_empty() {
        errors.add(
            &class.item.generics.params,
            "a persistent class has no type parameters or lifetimes: its name on disk stands for \
             one type; write a class for each type, or put the general part into a field",
        );
    }
}

fn attributes(class: &Class, errors: &mut Errors) {
    for attr in &class.item.attrs {
        if is_packed(attr) {
            errors.add(attr, "a packed struct can't be a memo: its fields can't be referred to");
        } else if attr.path().is_ident("db0") {
            errors.add(attr, "options of the whole type go into #[db0::memo(…)]");
        } else if is_memo(attr.path()) {
            errors.add(attr, "#[db0::memo] is given twice");
        }
    }
}

fn is_packed(attr: &Attribute) -> bool {
    let packed = |meta: &Meta| meta.path().is_ident("packed");
    attr.path().is_ident("repr")
        && attr
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .is_ok_and(|list| list.iter().any(packed))
}

/// `#[db0::memo]` itself.
pub(crate) fn is_memo(path: &Path) -> bool {
    path.segments.first().is_some_and(|first| first.ident == "db0")
        && path.segments.last().is_some_and(|last| last.ident == "memo")
}

fn options(class: &Class, errors: &mut Errors) {
    let options = &class.options;
    if let (Some(_), Some(keep)) = (&options.singleton, &options.keep) {
        errors.add(keep, "a singleton lives without holders anyway: drop `keep`");
    }
    if let Some(prefix) = options.prefix.as_ref().filter(|prefix| prefix.value().is_empty()) {
        errors.add(prefix, "a prefix's name can't be empty");
    }
    if let Some(name) = &options.name {
        stored_name(name, errors);
    }
    let mut known = HashSet::from([class.name()]);
    for earlier in &options.renamed_from {
        stored_name(earlier, errors);
        if earlier.value() == class.name() {
            errors.add(earlier, "this is the class's name today");
        } else if !known.insert(earlier.value()) {
            errors.add(earlier, "this name is given twice");
        }
    }
}

fn stored_name(name: &LitStr, errors: &mut Errors) {
    let text = name.value();
    if text.is_empty() || text.chars().any(char::is_control) {
        errors.add(name, "a class's name can't be empty or contain control characters");
    }
}

fn implements(class: &Class, errors: &mut Errors) {
    let mut known = HashSet::new();
    for object in &class.options.implements {
        if !known.insert(text::of(object)) {
            errors.add(object, "this trait is given twice");
        }
    }
}
