//! serde's `rename_all`, followed so that names on disk are the names that serde reads.

/// How a container renames its fields.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RenameRule {
    Keep,
    Upper,
    Pascal,
    Camel,
    Kebab,
    ScreamingKebab,
}

impl RenameRule {
    /// Rules that serde doesn't know are left to it to report.
    pub(crate) fn read(rule: Option<&str>) -> Self {
        match rule {
            Some("UPPERCASE" | "SCREAMING_SNAKE_CASE") => Self::Upper,
            Some("PascalCase") => Self::Pascal,
            Some("camelCase") => Self::Camel,
            Some("kebab-case") => Self::Kebab,
            Some("SCREAMING-KEBAB-CASE") => Self::ScreamingKebab,
            _ => Self::Keep,
        }
    }

    /// The name of a field under this rule.
    pub(crate) fn apply(self, field: &str) -> String {
        match self {
            Self::Keep => field.to_owned(),
            Self::Upper => field.to_ascii_uppercase(),
            Self::Pascal => words(field, true),
            Self::Camel => words(field, false),
            Self::Kebab => field.replace('_', "-"),
            Self::ScreamingKebab => field.to_ascii_uppercase().replace('_', "-"),
        }
    }
}

/// Joins the words of a snake-case name, each with a capital first letter.
fn words(field: &str, capital_first: bool) -> String {
    let mut name = String::with_capacity(field.len());
    let mut capital = capital_first;
    for letter in field.chars() {
        match letter {
            '_' => capital = !name.is_empty() || capital_first,
            _ if capital => {
                name.push(letter.to_ascii_uppercase());
                capital = false;
            }
            // The first letter of all is small whatever the field's name was.
            _ if name.is_empty() => name.push(letter.to_ascii_lowercase()),
            _ => name.push(letter),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::RenameRule;

    #[test]
    fn names_are_those_of_serde() {
        for (rule, field, expected) in [
            ("lowercase", "first_name", "first_name"),
            ("snake_case", "first_name", "first_name"),
            ("UPPERCASE", "first_name", "FIRST_NAME"),
            ("PascalCase", "first_name", "FirstName"),
            ("PascalCase", "_first__name_", "FirstName"),
            ("camelCase", "first_name", "firstName"),
            ("camelCase", "_first_name", "firstName"),
            ("camelCase", "x", "x"),
            ("SCREAMING_SNAKE_CASE", "a_b", "A_B"),
            ("kebab-case", "a_b", "a-b"),
            ("SCREAMING-KEBAB-CASE", "a_b", "A-B"),
        ] {
            assert_eq!(RenameRule::read(Some(rule)).apply(field), expected, "{rule} {field}");
        }
        assert_eq!(RenameRule::read(None).apply("a_b"), "a_b");
    }
}
