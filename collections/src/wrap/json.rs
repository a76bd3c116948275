//! Values that are stored as JSON text.

use db0_runtime::codec::{DEPTH_MAX, Value, to_value};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, de::DeserializeOwned, ser};

use super::holder::holder;

/// A value that is stored as JSON text, for those whose form other programs are to read, or that need a
/// format which describes itself.
///
/// It can't hold handles or collections: these have no meaning in JSON; nor NaN and the infinities. Maps keep their order, so equal
/// `HashMap`s may be different texts.
///
/// ```
/// # fn main() -> db0_runtime::Result<()> {
/// # let folder = tempfile::tempdir().map_err(db0_runtime::Error::other)?;
/// # let workspace = db0_runtime::Workspace::open(folder.path())?;
/// # let _entered = workspace.enter();
/// use db0_collections::{Dict, Json};
/// use serde_json::json;
///
/// let settings: Dict<String, Json<serde_json::Value>> = Dict::new();
/// settings.insert("theme".into(), Json(json!({ "dark": true, "size": 11.5 })));
/// assert!(settings.update("theme", |theme| theme["size"] = json!(12)));
/// assert_eq!(settings.get("theme").map(|theme| theme["size"].clone()), Some(json!(12)));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Json<T>(pub T);

holder!(Json);

impl<T: Serialize> Serialize for Json<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return self.0.serialize(serializer);
        }
        let text = serde_json::to_string(&self.0).map_err(ser::Error::custom)?;
        if depth(&text) > DEPTH_MAX {
            return Err(ser::Error::custom(format!("JSON nests at most {DEPTH_MAX} deep")));
        }
        // It would become null, which can't be read again.
        if text.contains("null") && to_value(&self.0).is_ok_and(|value| !is_finite(&value)) {
            return Err(ser::Error::custom("JSON has no form for NaN and the infinities"));
        }
        serializer.serialize_str(&text)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Json<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return T::deserialize(deserializer).map(Self);
        }
        let text = String::deserialize(deserializer)?;
        serde_json::from_str(&text).map(Self).map_err(de::Error::custom)
    }
}

/// Every float in it is a number that JSON has.
fn is_finite(value: &Value) -> bool {
    match value {
        Value::Float(float) => float.is_finite(),
        Value::Float32(float) => float.is_finite(),
        Value::List(values) => values.iter().all(is_finite),
        Value::Map(entries) => {
            entries.iter().all(|(key, value)| is_finite(key) && is_finite(value))
        }
        _ => true,
    }
}

/// How deep the brackets of a sound text nest.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut quoted) = (0_usize, 0, false);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => quoted = !quoted,
            b'\\' => drop(bytes.next()),
            b'[' | b'{' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::depth;

    #[test]
    fn brackets_in_texts_do_not_nest() {
        assert_eq!(depth(r#"{"a":[1,[2]],"b":"[[[[\"["}"#), 3);
        assert_eq!((depth("1"), depth("[]"), depth(r#""\\""#)), (0, 1, 0));
    }
}
