//! One version of a class's fields, as the catalogue keeps it.

use super::info::{ClassInfo, FieldInfo};

/// A stored field: its name, and its Rust type when it was first written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldRecord {
    pub(crate) name: String,
    pub(crate) rust_type: String,
}

/// What the catalogue says of a class whose objects need no holders.
const KEPT: &str = "kept";

/// The fields of a class in the order in which they are encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Schema {
    /// Objects live without holders: singletons, and classes that say so.
    pub(crate) keep: bool,
    pub(crate) fields: Vec<FieldRecord>,
}

impl Schema {
    pub(crate) fn of(info: &ClassInfo) -> Self {
        let record = |field: &FieldInfo| FieldRecord {
            name: field.name.into(),
            rust_type: field.rust_type.into(),
        };
        Self { keep: info.keep || info.singleton, fields: info.fields.iter().map(record).collect() }
    }

    /// A row of the catalogue: the class's name and these fields.
    pub(super) fn encode(&self, class: &str) -> Vec<u8> {
        let mut out = Vec::new();
        let texts = self.fields.iter().flat_map(|field| [&field.name, &field.rust_type]);
        let keep = if self.keep { KEPT } else { "" };
        for text in [class, keep].into_iter().chain(texts.map(String::as_str)) {
            out.extend_from_slice(text.as_bytes());
            // No Rust name or type has a NUL in it.
            out.push(0);
        }
        out
    }

    pub(super) fn decode(row: &[u8]) -> Option<(String, Self)> {
        let text = std::str::from_utf8(row).ok()?.strip_suffix('\0')?;
        let mut texts = text.split('\0').map(str::to_owned);
        let class = texts.next()?;
        let keep = texts.next()? == KEPT;
        let mut fields = Vec::new();
        while let Some(name) = texts.next() {
            fields.push(FieldRecord { name, rust_type: texts.next()? });
        }
        Some((class, Self { keep, fields }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        for fields in [vec![], vec![("name", "String"), ("age", "Option < u32 >")]] {
            let record = |(name, rust_type): (&str, &str)| FieldRecord {
                name: name.into(),
                rust_type: rust_type.into(),
            };
            let schema =
                Schema { keep: fields.len() > 1, fields: fields.into_iter().map(record).collect() };
            assert_eq!(Schema::decode(&schema.encode("Person")), Some(("Person".into(), schema)));
        }
        assert_eq!(Schema::decode(b"Person\0\0name\0"), None);
        assert_eq!(Schema::decode(b""), None);
    }
}
