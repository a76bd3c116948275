//! What can be said of a value by the text of the Rust type that it is stored for.

use crate::codec::{COLLECTION, STRONG, Value, WEAK};

/// Says why a value does not fit a Rust type, as far as the type's name tells.
pub(crate) fn check_type(rust_type: &str, value: &Value) -> Result<(), String> {
    let text: String = rust_type.chars().filter(|c| !c.is_whitespace()).collect();
    if fits(&text, value) { Ok(()) } else { Err(format!("{value} is not a {rust_type}")) }
}

/// False if the value certainly does not fit.
fn fits(text: &str, value: &Value) -> bool {
    if let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        let parts = split(inner);
        return match value.as_list() {
            None => parts.is_empty() && value.is_nil(),
            Some(items) => {
                items.len() == parts.len()
                    && parts.iter().zip(items).all(|(part, item)| fits(part, item))
            }
        };
    }
    if let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let element = inner.rsplit_once(';').map_or(inner, |(element, _)| element);
        return all_fit(element, value);
    }
    let (path, arguments) = text.split_once('<').unwrap_or((text, ""));
    let arguments = split(arguments.strip_suffix('>').unwrap_or(arguments));
    named(path.rsplit("::").next().unwrap_or(path), &arguments, value)
}

fn named(name: &str, arguments: &[&str], value: &Value) -> bool {
    let reference = |kind| value.as_reference().is_some_and(|found| found.ext().kind() == kind);
    macro_rules! integer {
        ($($t:ident)*) => {
            match name {
                $(stringify!($t) => return $t::try_from(value.clone()).is_ok(),)*
                _ => {}
            }
        };
    }
    integer!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);
    match (name, arguments) {
        ("bool", []) => value.as_bool().is_some(),
        ("f32" | "f64", []) => value.as_f64().is_some() || value.as_i128().is_some(),
        ("String" | "str", []) => value.as_str().is_some(),
        ("char", []) => value.as_str().is_some_and(|text| text.chars().count() == 1),
        ("Option", [inner]) => {
            matches!(value, Value::Nil | Value::SomeNil(_)) || fits(inner, value)
        }
        ("Box" | "Rc" | "Arc" | "Cell" | "RefCell", [inner]) => fits(inner, value),
        ("Vec" | "VecDeque" | "HashSet" | "BTreeSet", [element, ..]) => all_fit(element, value),
        ("HashMap" | "BTreeMap", [key, content, ..]) => value
            .as_map()
            .is_some_and(|entries| entries.iter().all(|(k, v)| fits(key, k) && fits(content, v))),
        ("Memo", [_]) | ("AnyMemo", []) => reference(STRONG),
        ("WeakMemo", [_]) => reference(WEAK),
        ("List" | "Set" | "Array" | "WeakSet", [_]) | ("Dict" | "Index", [_, _]) => {
            reference(COLLECTION)
        }
        // A type of the user's.
        _ => true,
    }
}

fn all_fit(element: &str, value: &Value) -> bool {
    match value {
        Value::List(items) => items.iter().all(|item| fits(element, item)),
        Value::Bytes(_) => element == "u8",
        _ => false,
    }
}

/// The parts between commas that are in no brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0usize, 0);
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rust_type: &str, value: impl Into<Value>) -> bool {
        check_type(rust_type, &value.into()).is_ok()
    }

    #[test]
    fn what_the_name_tells_is_held_to() {
        assert!(check("u8", 255) && !check("u8", 256) && !check("u8", -1) && !check("u8", "1"));
        assert!(check("std :: string :: String", "x") && !check("String", 1));
        assert!(check("Option < u8 >", ()) && check("Option<u8>", 1) && !check("Option<u8>", "x"));
        assert!(check("Vec<(u8, String)>", vec![Value::from_iter([Value::from(1), "a".into()])]));
        assert!(!check("Vec<(u8, String)>", vec![Value::from_iter([Value::from(1)])]));
        assert!(check("HashMap<String, Vec<u8>>", [("a", vec![1])]));
        assert!(!check("HashMap<String, Vec<u8>>", [("a", vec![300])]));
        assert!(check("[f64; 2]", vec![1.0, 2.0]) && !check("[f64; 2]", vec![true]));
        assert!(!check("Memo<Person>", "x") && check("()", ()) && !check("()", 1));
    }

    #[test]
    fn of_types_of_the_users_nothing_is_known() {
        assert!(check("Color", "Red") && check("app::Shape<u8>", 1));
    }
}
