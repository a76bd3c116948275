//! All entries of a table over several layers: each key once, in order.

use super::{
    layer::{Layer, LayerRows},
    row_map::Range,
    run::{Opened, Said},
};
use crate::{
    Result,
    store::{
        reading::scan::{Direction, KeyRange},
        table::Table,
    },
};

/// Layers to be written, newest first; their runs are looked at until this is dropped.
pub(in crate::store) struct Layers<'l> {
    layers: Vec<(&'l LayerRows, Option<Opened<'l>>)>,
    everything: KeyRange,
}

impl<'l> Layers<'l> {
    pub(in crate::store) fn open(layers: &[&'l LayerRows]) -> Result<Self> {
        let open = |layer: &&'l LayerRows| {
            let run = layer.run().map(|run| run.open()).transpose()?;
            Ok((*layer, run))
        };
        let layers = layers.iter().map(open).collect::<Result<_>>()?;
        Ok(Self { layers, everything: KeyRange::all() })
    }

    /// Calls `each` with every entry of a table.
    pub(in crate::store) fn each(
        &self,
        table: Table,
        mut each: impl FnMut(&[u8], Option<&[u8]>) -> Result<()>,
    ) -> Result<()> {
        let has_any =
            |(layer, run): &&(&LayerRows, Option<_>)| !layer.is_empty_of(table) || run.is_some();
        let layers: Vec<_> = self.layers.iter().filter(has_any).collect();
        if let [(layer, None)] = layers[..] {
            return layer.each_entry(table, |key, entry| each(key.as_bytes(), entry.row()));
        }
        let mut strands = Vec::new();
        for (layer, run) in layers {
            strands.push(Strand::begin(Source::Memory(layer.entries(table)))?);
            if let Some(run) = run.as_ref().filter(|_| table == Table::Elements) {
                let rows = run.walk(&self.everything, Direction::Forward)?;
                strands.push(Strand::begin(Source::Run(Box::new(rows)))?);
            }
        }
        while let Some(nearest) = strands.iter().filter_map(Strand::key).min() {
            let mut newest = None;
            for strand in &mut strands {
                if strand.key() == Some(nearest) {
                    let row = strand.next()?;
                    newest = newest.or(Some(row));
                }
            }
            each(nearest, newest.flatten())?;
        }
        Ok(())
    }
}

impl Layer {
    /// Calls `each` with the key of every element that is deleted in this layer.
    pub(crate) fn each_deleted(&self, mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let rows = self.read();
        Layers::open(&[&rows])?.each(Table::Elements, |key, row| match row {
            Some(_) => Ok(()),
            None => each(key),
        })
    }
}

enum Source<'l> {
    Memory(Range<'l>),
    Run(Box<dyn Iterator<Item = Result<Said<'l>>> + 'l>),
}

/// One source of entries, and the next one that it has.
struct Strand<'l> {
    source: Source<'l>,
    head: Option<Said<'l>>,
}

impl<'l> Strand<'l> {
    fn begin(source: Source<'l>) -> Result<Self> {
        let mut strand = Self { source, head: None };
        strand.next()?;
        Ok(strand)
    }

    fn key(&self) -> Option<&'l [u8]> {
        self.head.map(|(key, _)| key)
    }

    /// Gives the row, or that it is deleted, and goes on.
    fn next(&mut self) -> Result<Option<&'l [u8]>> {
        let next = match &mut self.source {
            Source::Memory(entries) => {
                entries.next().map(|(key, entry)| (key.as_bytes(), entry.row()))
            }
            Source::Run(rows) => rows.next().transpose()?,
        };
        let row = self.head.and_then(|(_, row)| row);
        self.head = next;
        Ok(row)
    }
}
