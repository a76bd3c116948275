//! The name of the constant that stands for a field: `first_name` → `FIRST_NAME`.

use syn::{Ident, ext::IdentExt};

/// The constant's name, on the field's span; none when capitals don't make a name of it.
pub(super) fn name(field: &Ident) -> Option<Ident> {
    let mut constant = syn::parse_str::<Ident>(&screaming(&field.unraw().to_string())).ok()?;
    constant.set_span(field.span());
    Some(constant)
}

fn screaming(field: &str) -> String {
    let mut constant = String::with_capacity(field.len() + 4);
    let mut after_small = false;
    for letter in field.chars() {
        if after_small && letter.is_uppercase() {
            constant.push('_');
        }
        after_small = letter.is_lowercase();
        constant.extend(letter.to_uppercase());
    }
    constant
}

#[cfg(test)]
mod tests {
    use super::{name, screaming};

    #[test]
    fn names_are_in_capitals() {
        for (field, constant) in [
            ("age", "AGE"),
            ("first_name", "FIRST_NAME"),
            ("firstName", "FIRST_NAME"),
            ("AGE", "AGE"),
            ("_x", "_X"),
            ("x2", "X2"),
            ("größe", "GRÖSSE"),
            ("数", "数"),
        ] {
            assert_eq!(screaming(field), constant);
        }
    }

    #[test]
    fn keywords_become_plain_names() {
        let field = syn::parse_str("r#type").expect("a raw name");
        assert_eq!(name(&field).expect("a name").to_string(), "TYPE");
    }
}
