//! Two fields must not claim one name: in Rust as a constant, or on disk.

use std::collections::HashMap;

use crate::{
    ast::{Class, Field},
    errors::Errors,
};

pub(super) fn check(class: &Class, errors: &mut Errors) {
    constants(class, errors);
    stored(class, errors);
    earlier(class, errors);
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
