//! A range of an index as a value: what queries are made of, and read anew each time.

use std::fmt;

use db0_runtime::{
    Result,
    codec::key::KeyKind,
    object::{Anchor, Objects, RowReader},
};

use super::{
    iter::{FIRST_VALUE, begins_with_option},
    row::{object_number, suffix},
};
use crate::sorted::{Cursor, Item, Span, Taken};

/// A range of an index, whatever it holds.
#[doc(hidden)]
#[derive(Clone)]
pub struct Part {
    anchor: Anchor,
    span: Span,
    kind: KeyKind,
    backward: bool,
    nulls_last: bool,
}

/// An entry, as far as sorting by it goes.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// The object's number.
    pub number: u64,
    /// Its key is another one than that of the entry before.
    pub starts: bool,
    /// Its key is `None`, or a composite that begins with it, and `nulls_last` was asked for.
    pub is_last_null: bool,
}

impl Part {
    pub(super) fn new(
        anchor: Anchor,
        span: Span,
        kind: KeyKind,
        backward: bool,
        nulls_last: bool,
    ) -> Self {
        Self { anchor, span, kind, backward, nulls_last }
    }

    /// The range between two row keys of an index.
    pub fn of(
        anchor: Anchor,
        (start, end): (Vec<u8>, Option<Vec<u8>>),
        kind: KeyKind,
        backward: bool,
        nulls_last: bool,
    ) -> Self {
        Self::new(anchor, Span { start, end }, kind, backward, nulls_last)
    }

    /// The index.
    pub fn anchor(&self) -> &Anchor {
        &self.anchor
    }

    /// Where the range begins, and where it ends: none for the last entry.
    pub fn ends(&self) -> (&[u8], Option<&[u8]>) {
        (&self.span.start, self.span.end.as_deref())
    }

    /// What the keys are.
    pub fn kind(&self) -> &KeyKind {
        &self.kind
    }

    /// The entries are asked for from the last one to the first.
    pub fn is_backward(&self) -> bool {
        self.backward
    }

    /// `None` was asked for behind all other keys.
    pub fn is_nulls_last(&self) -> bool {
        self.nulls_last
    }

    /// How many entries there are now.
    pub fn count(&self) -> Result<u64> {
        let reader = self.anchor.reader()?;
        Ok(Cursor::new(reader, self.span.clone()).count()? as u64)
    }

    /// About how many entries there are now, at the price of some pages.
    pub fn estimate(&self) -> Result<u64> {
        Ok(self.span.estimate(self.anchor.reader()?.as_ref())? as u64)
    }

    /// Whose objects the entries are of; none while the index is new and empty.
    pub fn objects(&self) -> Result<Option<std::sync::Arc<Objects>>> {
        Ok(self.anchor.reader()?.map(|reader| reader.objects().clone()))
    }

    /// The objects' numbers by ascending key, with `None` where it was asked for.
    pub fn walk(&self) -> Result<impl Iterator<Item = Result<Ranked>> + Send + use<>> {
        let reader = self.anchor.reader()?;
        let cursor = |span| Cursor::new(reader.clone(), span);
        let splits = self.nulls_last && begins_with_option(&self.kind);
        let mut parts = if splits {
            let [nulls, values] = self.span.split(FIRST_VALUE).map(cursor);
            vec![(nulls, true), (values, false)]
        } else {
            vec![(cursor(self.span.clone()), false)]
        };
        let mut last: Option<Vec<u8>> = None;
        Ok(std::iter::from_fn(move || {
            while let Some((cursor, is_last_null)) = parts.last_mut() {
                let is_last_null = *is_last_null;
                let read = |reader: &RowReader, Taken { item, .. }: Taken<'_>| {
                    let (number, key) = (object_number(reader, item)?, key_of(reader, item)?);
                    let starts = last.as_deref() != Some(key);
                    if starts {
                        last = Some(key.to_vec());
                    }
                    Ok(Ranked { number, starts, is_last_null })
                };
                match cursor.step(false, read).transpose() {
                    Some(found) => return Some(found),
                    None => drop(parts.pop()),
                }
            }
            None
        }))
    }
}

/// The key of an entry, without what tells its objects apart.
fn key_of<'i>(reader: &RowReader, item: Item<'i>) -> Result<&'i [u8]> {
    let damaged = || reader.damaged("an entry of the index is damaged");
    let suffix = suffix(item.value).ok_or_else(damaged)?;
    item.key.strip_suffix(suffix).ok_or_else(damaged)
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("index ")?;
        match self.anchor.uuid() {
            Some(uuid) => write!(f, "{uuid}")?,
            None => f.write_str("(new)")?,
        }
        if self.span != Span::ALL {
            let end = self.span.end.as_deref().map(show);
            write!(f, " {}..{}", show(&self.span.start), end.unwrap_or_default())?;
        }
        Ok(())
    }
}

fn show(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
