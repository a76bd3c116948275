//! Taking out what is kept of the fields of objects that die with a commit.

use std::sync::Arc;

use crate::{
    Result,
    codec::key::KeySink,
    fields::{Change, Definition, entry_row},
    object::{AnyCell, Frozen, Objects, row_header},
    store::{ClassId, LayerRows, Oid, Table},
};

/// An object that dies: what there is of it.
pub(super) struct Dying<'a> {
    pub(super) oid: Oid,
    pub(super) class: ClassId,
    pub(super) cell: Option<&'a Arc<dyn AnyCell>>,
    /// Its committed row.
    pub(super) row: Option<&'a [u8]>,
}

impl Dying<'_> {
    /// Deletes its entries in `rows`.
    pub(super) fn take_out(
        &self,
        objects: &Arc<Objects>,
        frozen: &Frozen,
        rows: &mut LayerRows,
    ) -> Result<()> {
        let definitions = objects.definitions()?;
        let definitions = definitions.of(self.class);
        if definitions.is_empty() {
            return Ok(());
        }
        let Some((class, keys_of_row)) = objects.keys_of_row(self.class) else {
            return self.take_out_by_kind(objects, definitions, rows);
        };
        let Some(kept) = class.kept.get() else {
            return self.take_out_by_kind(objects, definitions, rows);
        };
        let mut sink = KeySink::default();
        match (self.cell, self.row) {
            (Some(cell), _) => cell.keys_of_last(frozen.epoch, &mut sink)?,
            (None, Some(row)) => match keys_of_row(objects, &class, self.oid, row) {
                Ok(keys) => sink = keys,
                Err(error) => {
                    tracing::error!(
                        "what is kept of {}'s fields is out of date: {error}",
                        class.name
                    );
                    definitions.iter().for_each(|definition| objects.out_of_date(definition));
                }
            },
            (None, None) => {}
        }
        Change::between(kept, "", self.oid, [&sink, &KeySink::default()]).apply(rows);
        Ok(())
    }

    /// Without the Rust type: the keys are taken from the row as its fields' kinds say. Where that can't
    /// be done, the index is to be built anew by a program that has the type.
    fn take_out_by_kind(
        &self,
        objects: &Objects,
        definitions: &[Definition],
        rows: &mut LayerRows,
    ) -> Result<()> {
        let Some(row) = self.row else { return Ok(()) };
        for definition in definitions {
            let Some(kind) = &definition.kind else { continue };
            let mut sink = KeySink::default();
            let found = encoded(objects, definition, row)?;
            let taken = found.map(|found| kind.keys_of_msgpack(0, &found, &mut sink));
            if !matches!(taken, Some(Ok(true))) {
                objects.out_of_date(definition);
            }
            for key in sink.iter() {
                let (row_key, _) = entry_row(definition.index, key.bytes, self.oid);
                rows.delete(Table::Fields, row_key.as_bytes());
            }
        }
        Ok(())
    }
}

/// The encoded fields that an index is of, if the row has them all.
fn encoded<'r>(
    objects: &Objects,
    definition: &Definition,
    row: &'r [u8],
) -> Result<Option<Vec<&'r [u8]>>> {
    let Some((class, schema, fields)) = row_header(row) else { return Ok(None) };
    let Some(schema) = objects.schema(class, schema)? else { return Ok(None) };
    Ok(schema.split(fields).ok().and_then(|named| definition.raws(&named)))
}
