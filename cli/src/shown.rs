//! An object as a line of JSON.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use db0::{AnyMemo, Error, Result, Value};
use serde::Serialize;
use uuid::Uuid;

/// What is shown of an object, whatever its class.
#[derive(Serialize)]
pub(crate) struct Shown {
    uuid: Uuid,
    class: String,
    fields: db0::Export<AnyMemo>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<String, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
}

impl Shown {
    /// An object by itself: others stand as their uuids in it.
    pub(crate) fn of(object: &AnyMemo) -> Result<Self> {
        Self::with(object, 0)
    }

    /// An object with others in it, so many levels down.
    pub(crate) fn with(object: &AnyMemo, depth: usize) -> Result<Self> {
        Ok(Self {
            uuid: object.uuid(),
            class: object.try_class()?,
            fields: object.export(depth),
            attributes: object.attrs().try_iter()?.collect(),
            tags: db0::tags(object).try_list()?.iter().map(ToString::to_string).collect(),
        })
    }

    /// Writes it as a line. An object that can't be read is the outer error.
    pub(crate) fn write_line(&self, to: &mut impl Write) -> Result<io::Result<()>> {
        let mut line = serde_json::to_vec(self).map_err(Error::other)?;
        line.push(b'\n');
        Ok(to.write_all(&line))
    }
}
