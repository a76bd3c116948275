//! The body of an object's row: class, schema, fields.
//!
//! ```text
//! class   varint
//! schema  varint   which version of the class's fields
//! fields  MessagePack, in the form and order of the schema
//! ```

use std::sync::Arc;

use super::evolve;
use crate::{
    Error, Result,
    class::{Class, ClassState, Shape},
    codec,
    object::{
        cells::version::Content,
        handles::context::{self, Stored},
        objects::Objects,
        untyped::content::Untyped,
    },
    store::{ClassId, Oid, Table, oid_key, oid_of_key, put_varint, take_varint},
    sync::lasting,
};

/// Appends the body of an object's row.
fn encode<T: Class>(value: &T, class: &ClassState, out: &mut Vec<u8>) -> Result<()> {
    if let Some(untyped) = Untyped::of(value) {
        put_header(class.id, untyped.schema, out);
        out.extend_from_slice(&untyped.fields);
        return Ok(());
    }
    put_header(class.id, class.schema(), out);
    let encoded = match T::INFO.shape {
        // Variants are named in the row itself, so that their order may change.
        Shape::Enum | Shape::Whole => codec::encode(value, out),
        _ => codec::encode_fields(value, out),
    };
    encoded.map_err(refused::<T>)
}

/// As [`encode`], and makes sure that what serde wrote can be read again.
fn encode_checked<T: Class>(value: &T, class: &ClassState, out: &mut Vec<u8>) -> Result<()> {
    if Untyped::of(value).is_some() {
        return encode(value, class, out);
    }
    put_header(class.id, class.schema(), out);
    let encoded = match T::INFO.shape {
        Shape::Enum | Shape::Whole => codec::encode_checked(value, out),
        _ => codec::encode_fields_checked(value, out),
    };
    encoded.map_err(refused::<T>)
}

/// Appends the body that takes the place of an object's row: with the fields in that one which this
/// program does not know, since a newer one wrote them.
pub(in crate::object) fn encode_over<T: Class>(
    objects: &Arc<Objects>,
    oid: Oid,
    value: &T,
    class: &ClassState,
    out: &mut Vec<u8>,
) -> Result<()> {
    let start = out.len();
    encode(value, class, out)?;
    if class.has_others()
        && let Some(row) = stored(objects, oid)?
    {
        evolve::keep_unknown(objects, T::INFO, class, &row, out, start)?;
    }
    Ok(())
}

pub(in crate::object) fn put_header(class: ClassId, schema: u32, out: &mut Vec<u8>) {
    put_varint(out, class.0.into());
    put_varint(out, schema.into());
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

/// As [`header`], of the row of an object.
pub(in crate::object) fn header_of<'r>(
    objects: &Objects,
    oid: Oid,
    body: &'r [u8],
) -> Result<(ClassId, u32, &'r [u8])> {
    header(body).ok_or_else(|| {
        let key = oid_key(oid);
        objects.store().corrupt(Table::Objects, key.as_bytes(), "the row is too short")
    })
}

/// The body of an object's row, if the view has one.
pub(in crate::object) fn stored(objects: &Objects, oid: Oid) -> Result<Option<Vec<u8>>> {
    if objects.is_dying(oid) {
        return Ok(None);
    }
    objects.view().get(Table::Objects, oid_key(oid).as_bytes(), <[u8]>::to_vec)
}

/// Reads an object from a view; also gives the size of its row.
pub(in crate::object) fn load<T: Class>(
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

/// The object that a body is.
pub(in crate::object) fn decode<T: Class>(
    objects: &Arc<Objects>,
    oid: Oid,
    class: &ClassState,
    body: &[u8],
) -> Result<T> {
    let (found, schema, fields) = header_of(objects, oid, body)?;
    if found != class.id {
        return Err(objects.wrong_class::<T>(oid, found));
    }
    if Untyped::is::<T>() {
        let untyped = Untyped { schema, fields: fields.into() };
        return Ok(untyped.into_class().unwrap_or_else(|| unreachable!("the same type")));
    }
    let decode = || -> Result<T> {
        if matches!(T::INFO.shape, Shape::Enum | Shape::Whole) {
            return codec::decode(fields).map_err(|fault| evolve::misfit(T::INFO, None, fault));
        }
        if schema == class.schema() {
            let decoded = codec::decode_fields(fields);
            return decoded.map_err(|fault| evolve::misfit(T::INFO, None, fault));
        }
        evolve::read(objects, class, schema, fields)
    };
    if T::INFO.plain {
        return decode();
    }
    context::decoding_object(objects, Stored { oid, rewrite: evolve::rewrite::<T> }, decode)
}

lasting! {
    static SCRATCH: Vec<u8> = Vec::new();
}

/// Encodes a value for what comes up on the way: references, and whether it can be stored at all.
pub(in crate::object) fn walk<T: Class>(
    objects: &Arc<Objects>,
    value: &T,
    class: &ClassState,
) -> Result<context::Gathered> {
    if let Some(untyped) = Untyped::of(value) {
        return Ok(context::Gathered {
            references: references_in(&untyped.fields)?,
            ..context::Gathered::default()
        });
    }
    let mut scratch = SCRATCH.take();
    scratch.clear();
    let gathered = context::encoding(objects, || {
        context::decoding(objects, || encode_checked(value, class, &mut scratch))
    });
    let gathered = gathered.and_then(|((), mut gathered)| {
        let (_, _, fields) = header_of(objects, Oid(0), &scratch)?;
        gathered.references = objects.all_references(fields, gathered.references)?;
        Ok(gathered)
    });
    SCRATCH.set(scratch);
    gathered
}

/// The value as it would be read from its row: handles in it keep nothing alive, wherever they are.
pub(in crate::object) fn read_again<T: Class>(
    objects: &Arc<Objects>,
    value: &T,
    class: &ClassState,
) -> Result<T> {
    let mut body = Vec::new();
    context::encoding(objects, || encode(value, class, &mut body))?;
    decode(objects, Oid(0), class, &body)
}

/// How many bytes a value comes to on disk, as far as it can be encoded.
pub(in crate::object) fn encoded_len<T: Class>(
    objects: &Arc<Objects>,
    value: &T,
    class: &ClassState,
) -> usize {
    let mut scratch = SCRATCH.take();
    scratch.clear();
    // Whether it can be stored is told elsewhere.
    let _ = context::encoding(objects, || encode(value, class, &mut scratch));
    let len = scratch.len();
    SCRATCH.set(scratch);
    len
}

/// What a published value refers to, and is counted for.
pub(in crate::object) fn references<T: Class>(
    objects: &Arc<Objects>,
    value: &T,
    class: &ClassState,
) -> Result<Vec<Oid>> {
    let context::Gathered { mut references, defaults, .. } = walk(objects, value, class)?;
    references.retain(|oid| !defaults.contains(oid));
    Ok(references)
}

/// What encoded fields refer to.
pub(in crate::object) fn references_in(fields: &[u8]) -> Result<Vec<Oid>> {
    let mut references = Vec::new();
    codec::for_each_reference(fields, |kind, payload| {
        if kind != codec::WEAK {
            references.extend(oid_of_key(payload).map(|(oid, _)| oid));
        }
    })
    .map_err(|fault| Error::Invalid(fault.to_string()))?;
    Ok(references)
}
