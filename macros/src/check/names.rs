//! Two fields must not claim one name: in Rust as a constant, or on disk.

use std::collections::{HashMap, HashSet};

use syn::ext::IdentExt;

use crate::{
    ast::{Class, Field, Variant},
    errors::Errors,
};

pub(super) fn check(class: &Class, errors: &mut Errors) {
    constants(class, errors);
    stored(class, errors);
    earlier(class, errors);
    variants(class, errors);
}

/// Whether two fields can exist in one build; two with conditions are taken to exclude each other.
fn together(one: &Field, other: &Field) -> bool {
    one.cfgs.is_empty() || other.cfgs.is_empty()
}

fn constants(class: &Class, errors: &mut Errors) {
    let mut known = HashMap::new();
    for field in class.fields() {
        let Some(constant) = field.constant() else { continue };
        let Some(twin) = known.insert(constant.to_string(), field) else { continue };
        if together(twin, field) {
            let other = twin.ident();
            errors.add(
                &field.member,
                format!(
                    "this field's constant would be `{constant}`, which is that of `{}` too: put \
                     #[db0(no_const)] on one of them",
                    other.map_or_else(String::new, ToString::to_string),
                ),
            );
        }
    }
}

fn stored(class: &Class, errors: &mut Errors) {
    let mut known = HashMap::new();
    for field in class.stored() {
        let Some(twin) = known.insert(field.name.as_str(), field) else { continue };
        // Two fields of one Rust name are for the compiler to report.
        if together(twin, field) && twin.member != field.member {
            errors.add(
                &field.member,
                format!("another field is stored under the name {:?} already", field.name),
            );
        }
    }
}

fn earlier(class: &Class, errors: &mut Errors) {
    let mut known: HashMap<String, &Field> =
        class.stored().map(|field| (field.name.clone(), field)).collect();
    for field in class.stored() {
        for name in field.earlier_names() {
            let Some(owner) = known.insert(name.clone(), field) else { continue };
            if std::ptr::eq(owner, field) {
                errors.add(&field.member, format!("{name:?} is given twice for this field"));
            } else if together(owner, field) {
                errors.add(
                    &field.member,
                    format!(
                        "{name:?} can't be an earlier name of this field: another field answers \
                         to it, and stored values would go to both"
                    ),
                );
            }
        }
    }
}

fn variants(class: &Class, errors: &mut Errors) {
    let is_renamed = class.serde.has("rename_all");
    let own = |variant: &Variant| match variant.serde.text("rename") {
        Some(name) => Some(name.to_owned()),
        None => (!is_renamed).then(|| variant.ident.unraw().to_string()),
    };
    let lasting = class.variants().iter().filter(|variant| variant.cfgs.is_empty());
    let mut known: HashSet<String> = lasting.filter_map(own).collect();
    for name in class.variants().iter().flat_map(|variant| &variant.options.renamed_from) {
        if !known.insert(name.value()) {
            errors.add(name, "a variant answers to this name already");
        }
    }
}
