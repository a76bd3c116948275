//! Remembers the upper part of a list's tree, as long as nothing is written.

use db0_runtime::{
    Result,
    object::{RowReader, Stamp},
};

use super::{
    find::{Anew, Steps},
    head::Head,
    inner::{InnerBuf, Way},
    rows::{self, ByNumber},
};

/// How many inner nodes are remembered: those on the first ways, so the uppermost among them.
const NODES_MAX: usize = 128;

/// Searches a list, and finds its way faster when it searches again.
#[derive(Default)]
pub(super) struct Finder {
    /// The moment of what is remembered.
    stamp: Option<Stamp>,
    head: Option<Head>,
    nodes: ByNumber<InnerBuf>,
}

impl Finder {
    /// Runs `search` so that all it reads is of one moment; it may be run again.
    pub(super) fn search<R>(
        &mut self,
        reader: &RowReader,
        mut search: impl FnMut(&mut dyn Steps) -> Result<R>,
    ) -> Result<R> {
        let stamp = reader.stamp();
        if stamp.is_some() && stamp == self.stamp {
            let result = search(&mut Remembering { reader, finder: self });
            if reader.stamp() == stamp {
                return result;
            }
        }
        // It pays only from the second search of a moment on.
        *self = Self { stamp, ..Self::default() };
        search_anew(reader, search)
    }
}

/// Searches without remembering anything.
pub(super) fn search_anew<R>(
    reader: &RowReader,
    mut search: impl FnMut(&mut dyn Steps) -> Result<R>,
) -> Result<R> {
    reader.consistent(|reader| search(&mut Anew(reader)))
}

struct Remembering<'f> {
    reader: &'f RowReader,
    finder: &'f mut Finder,
}

impl Steps for Remembering<'_> {
    fn reader(&self) -> &RowReader {
        self.reader
    }

    fn head(&mut self) -> Result<Head> {
        if let Some(head) = self.finder.head {
            return Ok(head);
        }
        let head = Head::read(self.reader)?;
        self.finder.head = Some(head);
        Ok(head)
    }

    fn step(&mut self, node: u64, position: u64) -> Result<Way> {
        let damaged = || self.reader.damaged("a node of the list is damaged");
        if let Some(inner) = self.finder.nodes.get(&node) {
            return inner.way(position).ok_or_else(damaged);
        }
        let inner = rows::read(self.reader, node, |row| InnerBuf::of_row(row.to_vec()))?;
        let way = inner.way(position).ok_or_else(damaged);
        if self.finder.nodes.len() < NODES_MAX {
            self.finder.nodes.insert(node, inner);
        }
        way
    }
}
