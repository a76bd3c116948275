//! Rows that another version of a class has written: read by the names of their fields.

use std::sync::Arc;

use super::row;
use crate::{
    Error, Result,
    class::{Class, ClassInfo, ClassState, FieldInfo, Form, Schema},
    codec::{self, Fault},
    object::{
        cells::{any_cell::AnyCell, cell::Cell, version::Version},
        objects::Objects,
    },
    store::{ClassId, Oid, Table, oid_key},
};

/// What a field that the row lacks was stored as.
const NOTHING: &str = "nothing";

/// The version that a row was written with.
pub(in crate::object) fn schema_of(
    objects: &Objects,
    class: ClassId,
    schema: u32,
) -> Result<Arc<Schema>> {
    objects.schema(class, schema)?.ok_or_else(|| {
        Error::Invalid(format!(
            "an object of class {} was written with version {schema} of its fields, which the \
             catalogue of prefix {:?} does not have; `db0 verify` lists all damage",
            objects.catalogue().name(class),
            objects.name()
        ))
    })
}

/// Reads fields that were written with another version of the class.
pub(in crate::object) fn read<T: Class>(
    objects: &Arc<Objects>,
    class: &ClassState,
    schema: u32,
    fields: &[u8],
) -> Result<T> {
    let stored = schema_of(objects, class.id, schema)?;
    let damaged = |fault: Fault| misfit(T::INFO, Some(&stored), fault);
    if stored.form != Form::Fields {
        return Err(Error::Evolution {
            class: T::INFO.name.into(),
            field: String::new(),
            stored: "an enum".into(),
            declared: format!("a struct ({})", T::INFO.rust_path),
            why: "an enum can't become a struct: give the struct a name of its own".into(),
        });
    }
    let named = stored.split(fields).map_err(damaged)?;
    // A field under its own name goes before one that an older program wrote under another.
    let is_own = |name: &str| today(T::INFO, name) == name;
    let own: Vec<_> = named.iter().map(|(name, _)| *name).filter(|name| is_own(name)).collect();
    let named = named.into_iter().map(|(name, raw)| (name, today(T::INFO, name), raw));
    let named = named.filter(|(name, today, _)| name == today || !own.contains(today));
    codec::decode_fields_named(named.map(|(_, today, raw)| (today, raw)))
        .map_err(|fault| misfit(T::INFO, Some(&stored), fault))
}

/// Writes an object as this program reads it: with what fields that its row lacks have by default.
pub(in crate::object) fn rewrite<T: Class>(objects: &Arc<Objects>, oid: Oid) -> Result<()> {
    objects.cell::<T>(oid)?.republish()
}

/// What a stored field is called today.
fn today<'a>(info: &'static ClassInfo, name: &'a str) -> &'a str {
    if info.fields.iter().any(|field| field.name == name) {
        return name;
    }
    let today = info.fields.iter().find(|today| today.renamed_from.contains(&name));
    today.map_or(name, |today| today.name)
}

/// Why a row can't be read as today's struct: told by class, field and both types.
pub(in crate::object) fn misfit(
    info: &'static ClassInfo,
    stored: Option<&Schema>,
    fault: Fault,
) -> Error {
    let place = fault.path.split('.').next().unwrap_or_default();
    let index = place.strip_prefix('[').and_then(|rest| rest.split(']').next()?.parse().ok());
    let by_index = index.and_then(|index: usize| info.fields.get(index));
    let name = place.split('[').next().unwrap_or_default();
    let by_name = || info.fields.iter().find(|field| field.name == name);
    let missing = || missing(info, stored?);
    let Some(field) = by_index.or_else(by_name).or_else(missing) else {
        return Error::Evolution {
            class: info.name.into(),
            field: fault.path,
            stored: "other data".into(),
            declared: info.rust_path.into(),
            why: format!("{}: make the type read what was stored", fault.why),
        };
    };
    let before = match stored {
        None => Some(field.rust_type),
        Some(stored) => stored
            .field(field.name)
            .or_else(|| field.renamed_from.iter().find_map(|name| stored.field(name)))
            .map(|before| &*before.rust_type),
    };
    let why = match before {
        Some(_) => format!(
            "{}: keep a type that reads what was stored, or give the field a new name",
            fault.why
        ),
        None => "objects that were written before have none: put #[db0(default = …)] on it, make \
                 it an Option, or say #[db0(renamed_from = \"…\")] if it had another name"
            .into(),
    };
    Error::Evolution {
        class: info.name.into(),
        field: if name.is_empty() || before.is_none() { field.name.into() } else { fault.path },
        stored: before.unwrap_or(NOTHING).into(),
        declared: field.rust_type.into(),
        why,
    }
}

/// The first field that a row lacks and nothing stands in for.
fn missing(info: &'static ClassInfo, stored: &Schema) -> Option<&'static FieldInfo> {
    let is_stored = |field: &FieldInfo| {
        let mut names = field.renamed_from.iter().chain([&field.name]);
        names.any(|name| stored.field(name).is_some())
    };
    info.fields.iter().find(|field| !field.has_default && !is_stored(field))
}

/// The names of the stored fields that today's struct does not have.
fn unknown<'s>(info: &'static ClassInfo, stored: &'s Schema) -> Vec<&'s str> {
    let names = stored.fields.iter().map(|field| &*field.name);
    names
        .filter(|name| {
            let known = today(info, name);
            !info.fields.iter().any(|field| field.name == known)
        })
        .collect()
}

/// A newer program wrote the row: what this one does not know of it stays.
fn is_newer(class: &ClassState, schema: u32) -> bool {
    schema > class.schema()
}

/// Adds the fields of `row` that a newer program wrote, and this one does not know, to the body
/// that stands in `out` from `start` on.
pub(in crate::object) fn keep_unknown(
    objects: &Arc<Objects>,
    info: &'static ClassInfo,
    class: &ClassState,
    row: &[u8],
    out: &mut Vec<u8>,
    start: usize,
) -> Result<()> {
    let Some((found, schema, fields)) = row::header(row) else { return Ok(()) };
    if found != class.id || !is_newer(class, schema) {
        return Ok(());
    }
    let theirs = schema_of(objects, class.id, schema)?;
    let unknown = unknown(info, &theirs);
    let mine = schema_of(objects, class.id, class.schema())?;
    if unknown.is_empty() || (mine.form, theirs.form) != (Form::Fields, Form::Fields) {
        return Ok(());
    }
    let versions = (class.schema(), schema);
    let Some((version, merged)) = objects.catalogue().merged(class.id, versions, &unknown) else {
        return Ok(());
    };
    let fault = |fault: Fault| Error::Encode { what: class.name.clone(), why: fault.to_string() };
    let body = out.split_off(start);
    let (_, _, own) = row::header(&body).unwrap_or((class.id, 0, &[]));
    let (own, theirs) = (mine.split(own).map_err(fault)?, theirs.split(fields).map_err(fault)?);
    let find = |all: &[(&str, &[u8])], name: &str| {
        all.iter().find(|(field, _)| *field == name).map(|(_, raw)| raw.to_vec())
    };
    let values = merged.fields.iter().map(|field| {
        let value = find(&own, &field.name).or_else(|| find(&theirs, &field.name));
        (&*field.name, value.unwrap_or_else(|| vec![NIL]))
    });
    let values: Vec<_> = values.collect();
    let fields: Vec<_> = values.iter().map(|(name, raw)| (*name, &raw[..])).collect();
    row::put_header(class.id, version, out);
    merged.join(&fields, out).map_err(fault)
}

const NIL: u8 = 0xc0;

/// References in an object's row that this program does not see: its next write lets go of some, and
/// others stay.
#[derive(Default)]
struct Hidden {
    stays: Vec<Oid>,
    goes: Vec<Oid>,
}

/// What the row of an object refers to in fields that this program does not know.
fn hidden<T: Class>(cell: &Cell<T>) -> Result<Hidden> {
    let (objects, oid, class) = (&cell.objects, cell.oid(), &**cell.class());
    let mut hidden = Hidden::default();
    if !class.has_others() {
        return Ok(hidden);
    }
    let row = objects.view().get(Table::Objects, oid_key(oid).as_bytes(), <[u8]>::to_vec)?;
    let Some(row) = row else { return Ok(hidden) };
    let Some((found, schema, fields)) = row::header(&row) else { return Ok(hidden) };
    if found != class.id || schema == class.schema() {
        return Ok(hidden);
    }
    let theirs = schema_of(objects, class.id, schema)?;
    let fault = |fault: Fault| Error::Invalid(fault.to_string());
    let unknown = unknown(T::INFO, &theirs);
    let into = if is_newer(class, schema) { &mut hidden.stays } else { &mut hidden.goes };
    for (name, raw) in theirs.split(fields).map_err(fault)? {
        if unknown.contains(&name) {
            into.extend(row::references_in(raw)?);
        }
    }
    Ok(hidden)
}

/// References that this program does not see, and that writing over `version` lets go of.
pub(in crate::object) fn let_go_unseen<T: Class>(
    cell: &Cell<T>,
    version: &Version<T>,
) -> Result<Vec<Oid>> {
    Ok(if version.is_loaded() { hidden(cell)?.goes } else { Vec::new() })
}

/// References that this program does not see, and that the object holds as of `version`.
pub(in crate::object) fn held_unseen<T: Class>(
    cell: &Cell<T>,
    version: &Version<T>,
) -> Result<Vec<Oid>> {
    let mut held = hidden(cell)?;
    if version.is_loaded() {
        held.stays.append(&mut held.goes);
    }
    Ok(held.stays)
}
