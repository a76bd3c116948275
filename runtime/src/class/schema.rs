//! One version of a class's fields, as the catalogue keeps it.

use super::info::{ClassInfo, FieldInfo, Shape};
use crate::codec::{self, Fault};

/// A stored field: its name, and its Rust type when it was first written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldRecord {
    pub(crate) name: String,
    pub(crate) rust_type: String,
}

/// What the catalogue says of a class whose objects need no holders.
const KEPT: &str = "kept";
/// What it says of forms other than an array of fields.
const ENUM: &str = "enum";
const WHOLE: &str = "whole";

/// What stands in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// An array of the fields.
    Fields,
    /// A variant.
    Enum,
    /// A value in which nothing has a name.
    Whole,
}

/// The fields of a class in the order in which they are encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Schema {
    /// What the class was called when this was first written.
    pub(crate) class: String,
    /// Objects live without holders: singletons, and classes that say so.
    pub(crate) keep: bool,
    pub(crate) form: Form,
    pub(crate) fields: Vec<FieldRecord>,
}

impl Schema {
    pub(crate) fn of(info: &ClassInfo) -> Self {
        let record = |field: &FieldInfo| FieldRecord {
            name: field.name.into(),
            rust_type: field.rust_type.into(),
        };
        let form = match info.shape {
            Shape::Named | Shape::Tuple | Shape::Newtype | Shape::Unit => Form::Fields,
            Shape::Enum => Form::Enum,
            Shape::Whole => Form::Whole,
        };
        Self {
            class: info.name.into(),
            keep: info.keep || info.singleton,
            form,
            fields: info.fields.iter().map(record).collect(),
        }
    }

    /// A row of the catalogue.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let form = match self.form {
            Form::Fields => "",
            Form::Enum => ENUM,
            Form::Whole => WHOLE,
        };
        let words: Vec<_> = [if self.keep { KEPT } else { "" }, form]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect();
        let words = words.join(" ");
        let texts = self.fields.iter().flat_map(|field| [&field.name, &field.rust_type]);
        for text in [&self.class, &words].into_iter().chain(texts) {
            out.extend_from_slice(text.as_bytes());
            // No Rust name or type has a NUL in it.
            out.push(0);
        }
        out
    }

    pub(crate) fn decode(row: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(row).ok()?.strip_suffix('\0')?;
        let mut texts = text.split('\0').map(str::to_owned);
        let class = texts.next()?;
        let (mut keep, mut form) = (false, Form::Fields);
        for word in texts.next()?.split(' ').filter(|word| !word.is_empty()) {
            match word {
                KEPT => keep = true,
                ENUM => form = Form::Enum,
                WHOLE => form = Form::Whole,
                _ => return None,
            }
        }
        let mut fields = Vec::new();
        while let Some(name) = texts.next() {
            fields.push(FieldRecord { name, rust_type: texts.next()? });
        }
        Some(Self { class, keep, form, fields })
    }

    /// The names and bytes of the fields in a row; of an enum, the variant's.
    pub(crate) fn split<'a, 'r: 'a>(
        &'a self,
        row: &'r [u8],
    ) -> Result<Vec<(&'a str, &'r [u8])>, Fault> {
        Ok(match self.form {
            Form::Fields => {
                let raw = codec::split_fields(row)?;
                self.fields.iter().map(|field| &*field.name).zip(raw).collect()
            }
            Form::Enum => vec![codec::split_variant(row)?.unwrap_or((ONLY, row))],
            Form::Whole => vec![(ONLY, row)],
        })
    }

    /// Appends the row of these fields, which must be all that there are, in order.
    pub(crate) fn join(&self, fields: &[(&str, &[u8])], out: &mut Vec<u8>) -> Result<(), Fault> {
        match (self.form, fields) {
            (Form::Enum, [(name, content)]) if *name != ONLY => {
                codec::join_variant(name, content, out)
            }
            (Form::Enum | Form::Whole, [(_, row)]) => {
                out.extend_from_slice(row);
                Ok(())
            }
            _ => {
                let raw: Vec<_> = fields.iter().map(|(_, raw)| *raw).collect();
                codec::join_fields(&raw, out)
            }
        }
    }

    /// A field of this version.
    pub(crate) fn field(&self, name: &str) -> Option<&FieldRecord> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// The name of what a row without names holds.
pub(crate) const ONLY: &str = "0";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        for fields in [vec![], vec![("name", "String"), ("age", "Option < u32 >")]] {
            for form in [Form::Fields, Form::Enum, Form::Whole] {
                let record = |(name, rust_type): &(&str, &str)| FieldRecord {
                    name: (*name).into(),
                    rust_type: (*rust_type).into(),
                };
                let schema = Schema {
                    class: "Person".into(),
                    keep: fields.len() > 1,
                    form,
                    fields: fields.iter().map(record).collect(),
                };
                assert_eq!(Schema::decode(&schema.encode()), Some(schema));
            }
        }
        assert_eq!(Schema::decode(b"Person\0\0name\0"), None);
        assert_eq!(Schema::decode(b"Person\0strange\0"), None);
        assert_eq!(Schema::decode(b""), None);
    }
}
