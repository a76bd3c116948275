//! Whether the rows of a collection are such as its header says.

use db0_runtime::{ElementCheck, object::varint};

use crate::{
    array::ArrayCheck,
    header::{Header, Kind},
    list::ListCheck,
    sorted::is_entry,
};

/// Begins to look at the rows of a collection; `Err` says what is wrong with its header.
pub fn begin_check(header: &[u8]) -> Result<Box<dyn ElementCheck>, String> {
    let kind = header.first().and_then(|byte| Kind::of_byte(*byte));
    let kind = kind.ok_or("it is of an unknown kind")?;
    let parsed = Header::parse(header, kind)?;
    Ok(match kind {
        Kind::List => Box::new(ListCheck::new(parsed)?),
        Kind::Array => Box::new(ArrayCheck::new(parsed)?),
        Kind::Dict | Kind::Set | Kind::Index | Kind::WeakSet => {
            Box::new(EntriesCheck::new(kind, parsed)?)
        }
    })
}

/// Counts the entries of what is kept in key order.
struct EntriesCheck {
    length: u64,
    found: u64,
}

impl EntriesCheck {
    fn new(kind: Kind, Header { length, mut rest }: Header<'_>) -> Result<Self, String> {
        let is_whole = kind != Kind::Index || varint::take(&mut rest).is_some();
        if is_whole && rest.is_empty() {
            Ok(Self { length, found: 0 })
        } else {
            Err("the header is damaged".into())
        }
    }
}

impl ElementCheck for EntriesCheck {
    fn row(&mut self, key: &[u8], row: &[u8]) -> Result<(), String> {
        self.found += 1;
        if is_entry(key, row) { Ok(()) } else { Err("the entry is damaged".into()) }
    }

    fn end(self: Box<Self>) -> Result<(), String> {
        same_length(self.length, self.found)
    }
}

/// Compares a length with what was found.
pub(crate) fn same_length(length: u64, found: u64) -> Result<(), String> {
    if found == length {
        Ok(())
    } else {
        Err(format!("it has {found} elements, and says {length}"))
    }
}
