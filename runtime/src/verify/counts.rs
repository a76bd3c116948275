//! References, counted anew: who holds each object and collection, and who owns which collection.

use super::{tables::Looking, window::Window};
use crate::{
    codec::{self, COLLECTION, WEAK},
    object::row_header,
    pages::{Fault, Rows},
    store::{Oid, Table, body_of, oid_key, oid_of_key, take_varint},
};

/// A collection, and an object or collection that refers to it.
type Owned = (Oid, Oid);

/// Compares all that is referred to with what is noted of it.
pub(super) fn check(looking: &mut Looking<'_, '_>) -> Result<(), Fault> {
    let (mut last_held, mut last_owned) = (None, None);
    let mut is_first = true;
    loop {
        let mut held = window(looking, Table::Counts, last_held, is_first, |key| {
            oid_of_key(key).map(|(oid, _)| oid)
        })?;
        let mut owned = window(looking, Table::Owners, last_owned, is_first, |key| {
            let (collection, rest) = oid_of_key(key)?;
            Some((collection, oid_of_key(rest)?.0))
        })?;
        gather(looking, is_first, &mut held, &mut owned)?;
        tell(looking, &held, &owned);
        (last_held, last_owned) = (held.last(), owned.last());
        is_first = false;
        if last_held.is_none() && last_owned.is_none() {
            return Ok(());
        }
    }
}

/// The next part of a table of numbers; nothing once its end was reached.
fn window<K: Copy + Ord + InKey>(
    looking: &Looking<'_, '_>,
    table: Table,
    last: Option<K>,
    is_first: bool,
    key_of: impl Fn(&[u8]) -> Option<K>,
) -> Result<Window<K>, Fault> {
    if last.is_none() && !is_first {
        return Ok(Window::over());
    }
    let mut rows: Rows<'_> =
        looking.tables.rows_from(table, &last.map(InKey::in_key).unwrap_or_default())?;
    Window::after(last, || {
        while let Some((key, row)) = rows.next()? {
            let body = body_of(table, &key, &row).ok();
            let number = body.and_then(|mut body| take_varint(&mut body));
            let found = key_of(&key).zip(number);
            if let Some(found) = found.filter(|(key, _)| last.is_none_or(|last| *key > last)) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    })
}

/// What stands in a table as a key.
trait InKey {
    fn in_key(self) -> Vec<u8>;
}

impl InKey for Oid {
    fn in_key(self) -> Vec<u8> {
        oid_key(self).as_bytes().to_vec()
    }
}

impl InKey for Owned {
    fn in_key(self) -> Vec<u8> {
        [oid_key(self.0).as_bytes(), oid_key(self.1).as_bytes()].concat()
    }
}

fn gather(
    looking: &mut Looking<'_, '_>,
    is_first: bool,
    held: &mut Window<Oid>,
    owned: &mut Window<Owned>,
) -> Result<(), Fault> {
    for table in [Table::Objects, Table::Elements] {
        looking.each_body("references", table, |looking, key, body| {
            let Some((holder, _)) = oid_of_key(key) else { return Ok(()) };
            let value = match table {
                Table::Objects => row_header(body).map_or(&[][..], |(_, _, fields)| fields),
                _ => body,
            };
            let mut count = 0;
            let read = codec::for_each_reference(value, |kind, payload| {
                if kind != WEAK
                    && let Some((oid, _)) = oid_of_key(payload)
                {
                    count += 1;
                    held.count(oid);
                    if kind == COLLECTION {
                        owned.count((oid, holder));
                    }
                }
            });
            if is_first {
                looking.report.references += count;
                if let Err(fault) = read {
                    looking.report.find_row(table, key, fault.to_string());
                }
            }
            Ok(())
        })?;
    }
    looking.each_body("references", Table::Names, |_, key, body| {
        // The name of a root holds it.
        if key.starts_with(b"root:")
            && let Some((oid, _)) = oid_of_key(body)
        {
            held.count(oid);
        }
        Ok(())
    })
}

fn tell(looking: &mut Looking<'_, '_>, held: &Window<Oid>, owned: &Window<Owned>) {
    for (oid, said, counted) in held.wrong() {
        let why = format!("{said} references are counted, and there are {counted}");
        looking.report.find_row(Table::Counts, &oid.in_key(), why);
    }
    for (both, said, counted) in owned.wrong() {
        let why = format!("{said} references are noted, and there are {counted}");
        looking.report.find_row(Table::Owners, &both.in_key(), why);
    }
}
