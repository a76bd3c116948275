//! Declared keys must name stored fields, each once.

use std::collections::HashSet;

use quote::ToTokens;
use syn::Member;

use crate::{
    ast::{Body, Class, Field},
    attr::Composite,
    errors::Errors,
};

pub(super) fn check(class: &Class, errors: &mut Errors) {
    for field in class.fields() {
        if let (Some(index), Some(_)) = (&field.options.index, &field.options.unique) {
            errors.add(index, "a unique field is indexed already: drop `index`");
        }
        if field.options.keys().next().is_some() && field.name.contains(',') {
            errors.add(&field.member, "the name of a key on disk can't contain a comma");
        }
    }
    let mut known = HashSet::new();
    for composite in &class.options.composites {
        if let Body::Enum(_) = class.body {
            errors.add(&composite.key, "an enum has no fields to find it by");
            continue;
        }
        members(class, composite, errors);
        if !known.insert(&composite.members) {
            errors.add(&composite.key, "these fields are a key already");
        }
    }
}

fn members(class: &Class, composite: &Composite, errors: &mut Errors) {
    let key = &composite.key;
    if composite.members.len() < 2 {
        errors.add(
            key,
            format!("a composite has two fields or more; for one put #[db0({key})] on it"),
        );
    }
    let mut known = HashSet::new();
    for member in &composite.members {
        match class.fields().iter().find(|field| field.member == *member) {
            None => errors.add(member, missing(class, member)),
            Some(field) if field.is_skipped() => {
                errors.add(member, "this field is skipped: it isn't stored");
            }
            Some(field) if field.name.contains(',') => {
                errors.add(member, "the name of a key on disk can't contain a comma");
            }
            Some(field) if !field.cfgs.is_empty() => {
                errors.add(member, "a composite's fields can't depend on #[cfg]");
            }
            Some(_) => {}
        }
        if !known.insert(member) {
            errors.add(member, "this field is named twice");
        }
    }
}

fn missing(class: &Class, member: &Member) -> String {
    let quoted = |field: &Field| format!("`{}`", field.member.to_token_stream());
    let fields: Vec<_> = class.stored().map(quoted).collect();
    let member = member.to_token_stream();
    if fields.is_empty() {
        return format!("there is no field `{member}`: the struct has none");
    }
    format!("there is no field `{member}`: there are {}", fields.join(", "))
}
