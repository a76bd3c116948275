//! Collections: their rows are as many, and such, as their headers say.

use super::{members, tables::Looking};
use crate::{
    pages::{Bytes, Fault, Rows},
    store::{Envelope, Oid, Table, TagId, oid_of_key},
};

/// Begins to look at a collection, by its header; `Err` says what is wrong with that. What collections
/// are made of is known above.
pub type BeginCheck = fn(&[u8]) -> Result<Box<dyn ElementCheck>, String>;

/// Looks at the rows of a collection, one after another.
pub trait ElementCheck {
    /// The next row, by its key within the collection.
    fn row(&mut self, key: &[u8], row: &[u8]) -> Result<(), String>;

    /// There are no more.
    fn end(self: Box<Self>) -> Result<(), String>;
}

/// Looks at all collections, and at rows that are of none.
pub(super) fn check(looking: &mut Looking<'_, '_>, begin: BeginCheck) -> Result<(), Fault> {
    let mut rows = looking.tables.rows(Table::Headers)?;
    let next = rows.next()?;
    let mut headers = Headers { rows, next, begin };
    let mut present: Option<Present> = None;
    looking.each_body("collections", Table::Elements, |looking, key, body| {
        let Some((oid, rest)) = oid_of_key(key) else { return Ok(()) };
        let mut at = match present.take() {
            Some(present) if present.oid == oid => present,
            before => {
                settle(looking, before);
                match headers.up_to(looking, oid)? {
                    Some(found) => found,
                    None => Present::without_header(looking, oid, key)?,
                }
            }
        };
        at.row(looking, key, rest, body);
        present = Some(at);
        Ok(())
    })?;
    settle(looking, present);
    let last = headers.up_to(looking, Oid(u64::MAX))?;
    settle(looking, last);
    Ok(())
}

/// The headers of collections, beside their rows.
struct Headers<'f> {
    rows: Rows<'f>,
    next: Option<(Bytes, Bytes)>,
    begin: BeginCheck,
}

impl Headers<'_> {
    /// The collection of this number; those before it, which have no rows, are looked at.
    fn up_to(&mut self, looking: &mut Looking<'_, '_>, oid: Oid) -> Result<Option<Present>, Fault> {
        while let Some((key, row)) = &self.next {
            let at = oid_of_key(key).map_or(Oid(0), |(at, _)| at);
            if at > oid {
                break;
            }
            let begun = Present::begin(looking, at, key, row, self.begin);
            self.next = self.rows.next()?;
            if at == oid {
                return Ok(Some(begun));
            }
            settle(looking, Some(begun));
        }
        Ok(None)
    }
}

/// A collection that is being looked at.
struct Present {
    oid: Oid,
    key: Vec<u8>,
    /// None once something was found, and of attributes of an object.
    check: Option<Box<dyn ElementCheck>>,
}

impl Present {
    fn begin(
        looking: &mut Looking<'_, '_>,
        oid: Oid,
        key: &Bytes,
        row: &[u8],
        begin: BeginCheck,
    ) -> Self {
        let check = match Envelope::open(Table::Headers, key, row).map(|row| begin(row.body)) {
            Ok(Ok(check)) => Some(check),
            Ok(Err(why)) => {
                looking.report.find_row(Table::Headers, key, why);
                None
            }
            Err(_) => None, // told with the envelopes
        };
        Self { oid, key: key.to_vec(), check }
    }

    /// Attributes of an object, or what is left of something that is being deleted in steps.
    fn without_header(looking: &mut Looking<'_, '_>, oid: Oid, key: &[u8]) -> Result<Self, Fault> {
        let is_known = looking.tables.has(Table::Objects, oid)?
            || members::has(looking.tables, TagId::ORPHANS, oid)?;
        if !is_known {
            let why = "there is no object or collection that it is of";
            looking.report.find_row(Table::Elements, key, why);
        }
        Ok(Self { oid, key: Vec::new(), check: None })
    }

    fn row(&mut self, looking: &mut Looking<'_, '_>, key: &[u8], rest: &[u8], body: &[u8]) {
        if let Some(check) = &mut self.check
            && let Err(why) = check.row(rest, body)
        {
            looking.report.find_row(Table::Elements, key, why);
            self.check = None;
        }
    }
}

fn settle(looking: &mut Looking<'_, '_>, present: Option<Present>) {
    if let Some(Present { key, check: Some(check), .. }) = present
        && let Err(why) = check.end()
    {
        looking.report.find_row(Table::Headers, &key, why);
    }
}
