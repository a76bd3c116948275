//! serde's attributes that would break the stored form: an array of fields, read by place.

use crate::{
    ast::{Body, Class, Field},
    attr::SerdeOptions,
    errors::Errors,
};

/// Option and reason.
type Refusal = (&'static str, &'static str);

const OTHER_FORM: &str = "a memo is stored as its fields, so that they can be found, indexed and \
                          changed by name";
const OWN_PATH: &str = "#[db0::memo] tells serde its path";
const ONE_SIDED: &str = "what is written must be what is read: use #[db0(skip)]";

const ALL: &[Refusal] = &[
    (
        "deny_unknown_fields",
        "objects written by another version of the program must stay readable: fields that this \
         one doesn't know are kept for it",
    ),
    ("crate", OWN_PATH),
    ("remote", "a memo stands for itself"),
    ("field_identifier", "a memo is written as well as read"),
    ("variant_identifier", "a memo is written as well as read"),
    ("transparent", OTHER_FORM),
];

const STRUCT: &[Refusal] = &[
    ("tag", OTHER_FORM),
    ("content", OTHER_FORM),
    ("untagged", OTHER_FORM),
    ("from", OTHER_FORM),
    ("try_from", OTHER_FORM),
    ("into", OTHER_FORM),
];

const FIELD: &[Refusal] = &[
    ("skip_serializing", ONE_SIDED),
    ("skip_deserializing", ONE_SIDED),
    ("getter", "it is for foreign types"),
];

/// Not on the named fields of a variant, which are stored with their names.
const PLACED: &[Refusal] = &[
    ("flatten", "a memo's fields have fixed places: make it a field of its own"),
    (
        "skip_serializing_if",
        "a memo's fields have fixed places, and an empty value takes one byte; leave it out",
    ),
];

pub(super) fn container(class: &Class, errors: &mut Errors) {
    refuse(&class.serde, ALL, errors);
    if let Body::Struct(..) = class.body {
        refuse(&class.serde, STRUCT, errors);
    }
}

pub(super) fn field(field: &Field, errors: &mut Errors) {
    refuse(&field.serde, FIELD, errors);
    if !field.is_of_named_variant() {
        refuse(&field.serde, PLACED, errors);
    }
}

fn refuse(options: &SerdeOptions, refusals: &[Refusal], errors: &mut Errors) {
    for option in options.iter() {
        let hit = refusals.iter().find(|(name, _)| option.path.is_ident(name));
        if let Some((name, why)) = hit {
            errors.add(&option.path, format!("#[serde({name})] is refused: {why}"));
        }
    }
}
