//! Two rows that are changed again and again: out of their maps meanwhile, so that nobody looks for them.

use super::{layer::Entry, row_map::RowMap};
use crate::store::key::{OidKey, Probe, RowKey};

/// An element of a collection, and the collection's header.
#[derive(Clone, Debug)]
pub(in crate::store) struct OpenRows {
    collection: OidKey,
    /// Of the element, with the collection's in front.
    key: RowKey,
    pub(in crate::store) element: Vec<u8>,
    pub(in crate::store) header: Vec<u8>,
}

impl OpenRows {
    /// Takes both rows, if they are there.
    pub(in crate::store) fn take(
        headers: &mut RowMap,
        elements: &mut RowMap,
        collection: OidKey,
        element: &[u8],
    ) -> Option<Self> {
        let key = RowKey::below(collection, element);
        let Entry::Row(header) = headers.get_mut(&Probe::of(collection.as_bytes()))? else {
            return None;
        };
        let Entry::Row(element) = elements.get_mut(&key.probe())? else { return None };
        Some(Self { collection, key, element: element.take(), header: header.take() })
    }

    /// They are those of this element.
    #[inline]
    pub(in crate::store) fn is(&self, collection: OidKey, element: &[u8]) -> bool {
        let rest = self.key.as_bytes().strip_prefix(collection.as_bytes());
        rest == Some(element)
    }

    #[inline]
    pub(in crate::store) fn len(&self) -> usize {
        self.element.len() + self.header.len()
    }

    /// Puts both back.
    pub(in crate::store) fn put_back(self, headers: &mut RowMap, elements: &mut RowMap) {
        let Self { collection, key, element, header } = self;
        let header_key = Probe::of(collection.as_bytes());
        for (rows, key, bytes) in [(headers, header_key, header), (elements, key.probe(), element)]
        {
            if let Some(Entry::Row(row)) = rows.get_mut(&key) {
                row.put_back(bytes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use crate::store::{key::oid_key, num::Oid, table::Table, uncommitted::layer::Layer};

    const READERS: usize = 6;

    /// Adds a byte to an element, and one to the header.
    fn edit(layer: &Layer, element: &[u8]) -> bool {
        layer.write_on().edit(oid_key(Oid(7)), element, |row, header| {
            row.push(b'+');
            header.push(b'+');
            true
        })
    }

    #[test]
    fn who_looks_finds_every_row_in_its_map() {
        let (layer, front) = (Layer::default(), oid_key(Oid(7)));
        let key = |element: &[u8]| [front.as_bytes(), element].concat();
        assert!(!edit(&layer, b"a"), "there is nothing to be changed");
        layer.write().put(Table::Elements, &key(b"a"), &b"A"[..]);
        assert!(!edit(&layer, b"a"), "without a header nothing is changed");
        layer.write().put(Table::Headers, front.as_bytes(), &b"H"[..]);
        layer.write().put(Table::Elements, &key(b"b"), &b"B"[..]);
        assert!(edit(&layer, b"a") && edit(&layer, b"a") && edit(&layer, b"b"));
        let row = |table, key: &[u8]| {
            layer.read().get(table, key).and_then(|entry| entry.row().map(<[u8]>::to_vec))
        };
        assert_eq!(row(Table::Elements, &key(b"a")), Some(b"A++".to_vec()));
        assert!(edit(&layer, b"a"));
        assert_eq!(row(Table::Elements, &key(b"b")), Some(b"B+".to_vec()));
        assert!(edit(&layer, b"b"));
        assert_eq!(row(Table::Headers, front.as_bytes()), Some(b"H+++++".to_vec()));
        assert!(edit(&layer, b"a"));
        layer.write().delete(Table::Elements, &key(b"a"));
        assert!(!edit(&layer, b"a"), "what is deleted is not changed");
        assert_eq!(row(Table::Elements, &key(b"a")), None);
        assert_eq!(row(Table::Headers, front.as_bytes()), Some(b"H++++++".to_vec()));
    }

    #[test]
    fn who_reads_for_long_keeps_no_other_reader_out() {
        let (layer, front) = (Layer::default(), oid_key(Oid(7)));
        layer.write().put(Table::Headers, front.as_bytes(), &b"H"[..]);
        layer.write().put(Table::Elements, &[front.as_bytes(), b"a"].concat(), &b"A"[..]);
        let together = Barrier::new(READERS);
        std::thread::scope(|scope| {
            for number in 0..READERS {
                let (layer, together) = (&layer, &together);
                scope.spawn(move || {
                    for _ in 0..3000 {
                        assert!(number > 0 || edit(layer, b"a"));
                        together.wait();
                        // All find rows out of their maps, and none lets go before the others have read.
                        let rows = layer.read();
                        together.wait();
                        drop(rows);
                        together.wait();
                    }
                });
            }
        });
    }
}
