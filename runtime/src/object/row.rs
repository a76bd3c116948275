//! The body of an object's row: class, schema, fields.
//!
//! ```text
//! class   varint
//! schema  varint   which version of the class's fields
//! fields  MessagePack array, in the order of the schema
//! ```

use std::{cell::RefCell, sync::Arc};

use super::{context, objects::Objects, version::Content};
use crate::{
    Error, Result,
    class::{Class, ClassState, Shape},
    codec,
    store::{ClassId, Oid, Table, oid_key, put_varint, take_varint},
};

/// Appends the body of an object's row.
pub(super) fn encode<T: Class>(value: &T, class: &ClassState, out: &mut Vec<u8>) -> Result<()> {
    put_header(class, out);
    let encoded = match T::INFO.shape {
        // Variants are named in the row itself, so that their order may change.
        Shape::Enum => codec::encode(value, out),
        _ => codec::encode_fields(value, out),
    };
    encoded.map_err(refused::<T>)
}

/// As [`encode`], and makes sure that what serde wrote can be read again.
fn encode_checked<T: Class>(value: &T, class: &ClassState, out: &mut Vec<u8>) -> Result<()> {
    put_header(class, out);
    let encoded = match T::INFO.shape {
        Shape::Enum => codec::encode_checked(value, out),
        _ => codec::encode_fields_checked(value, out),
    };
    encoded.map_err(refused::<T>)
}

fn put_header(class: &ClassState, out: &mut Vec<u8>) {
    put_varint(out, class.id.0.into());
    put_varint(out, class.schema().into());
}

fn refused<T: Class>(fault: codec::Fault) -> Error {
    let class = T::INFO.name;
    let what = if fault.path.is_empty() { class.into() } else { format!("{class}.{}", fault.path) };
    Error::Encode { what, why: fault.why }
}

/// The class and schema that a body starts with, and its fields.
pub(crate) fn header(mut body: &[u8]) -> Option<(ClassId, u32, &[u8])> {
    let class = take_varint(&mut body)?.try_into().ok()?;
    let schema = take_varint(&mut body)?.try_into().ok()?;
    Some((ClassId(class), schema, body))
}

/// Reads an object from a view; also gives the size of its row.
pub(super) fn load<T: Class>(
    objects: &Arc<Objects>,
    oid: Oid,
    class: &ClassState,
) -> Result<(Content<T>, usize)> {
    let key = oid_key(oid);
    if objects.is_dying(oid) {
        return Ok((Content::Deleted, 0));
    }
    let read = |body: &[u8]| (decode::<T>(objects, oid, class, body), body.len());
    match objects.view().get(Table::Objects, key.as_bytes(), read)? {
        Some((value, bytes)) => Ok((Content::Value(value?), bytes)),
        None => Ok((Content::Deleted, 0)),
    }
}

pub(super) fn decode<T: Class>(
    objects: &Arc<Objects>,
    oid: Oid,
    class: &ClassState,
    body: &[u8],
) -> Result<T> {
    let key = oid_key(oid);
    let damaged = |why: &str| objects.store().corrupt(Table::Objects, key.as_bytes(), why);
    let (found, schema, fields) = header(body).ok_or_else(|| damaged("the row is too short"))?;
    if found != class.id {
        return Err(objects.wrong_class::<T>(oid, found));
    }
    let decode = || -> Result<T> {
        if T::INFO.shape == Shape::Enum {
            return codec::decode(fields).map_err(|fault| damaged(&fault.to_string()));
        }
        if schema == class.schema() {
            return codec::decode_fields(fields).map_err(|fault| damaged(&fault.to_string()));
        }
        evolve(objects, class, schema, fields)
    };
    if T::INFO.plain { decode() } else { context::decoding(objects, decode) }
}

/// Reads fields that were written with another version of the class, by their names.
fn evolve<T: Class>(
    objects: &Arc<Objects>,
    class: &ClassState,
    schema: u32,
    fields: &[u8],
) -> Result<T> {
    let unknown = || {
        Error::Invalid(format!(
            "{} was written with a newer description than is known here",
            T::INFO.name
        ))
    };
    let stored = objects.schema(class.id, schema)?.ok_or_else(unknown)?;
    let raw = codec::split_fields(fields)
        .map_err(|fault| Error::Encode { what: T::INFO.name.into(), why: fault.why })?;
    let named = stored.fields.iter().zip(raw).map(|(field, raw)| {
        let today = T::INFO.fields.iter().find(|today| today.renamed_from.contains(&&*field.name));
        (today.map_or(&*field.name, |today| today.name), raw)
    });
    codec::decode_fields_named(named).map_err(|fault| {
        let name = fault.path.split(['.', '[']).next().unwrap_or_default().to_owned();
        let today = T::INFO.fields.iter().find(|field| field.name == name);
        let before = stored.fields.iter().find(|field| field.name == name);
        Error::Evolution {
            class: T::INFO.name.into(),
            field: if name.is_empty() { fault.why.clone() } else { name },
            stored: before.map_or_else(|| "nothing".into(), |field| field.rust_type.clone()),
            declared: today.map_or_else(|| fault.why, |field| field.rust_type.into()),
        }
    })
}

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Encodes a value for what comes up on the way: references, and whether it can be stored at all.
pub(super) fn walk<T: Class>(
    objects: &Arc<Objects>,
    value: &T,
    class: &ClassState,
) -> Result<context::Gathered> {
    let mut scratch = SCRATCH.with_borrow_mut(std::mem::take);
    scratch.clear();
    let gathered = context::encoding(objects, || {
        context::decoding(objects, || encode_checked(value, class, &mut scratch))
    });
    SCRATCH.set(scratch);
    gathered.map(|((), gathered)| gathered)
}

/// What a value refers to.
pub(super) fn references<T: Class>(
    objects: &Arc<Objects>,
    value: &T,
    class: &ClassState,
) -> Result<Vec<Oid>> {
    walk(objects, value, class).map(|gathered| gathered.references)
}
