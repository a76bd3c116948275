//! Changes of collections that are kept in key order.

use std::ops::ControlFlow;

use db0_runtime::{
    Result,
    codec::key::Key,
    object::{Anchor, Handle, RowReader},
};
use serde::de::DeserializeOwned;

use super::{
    kind::{Changes, EntryChange, Kind},
    moment::{Ends, Moment, ends},
};
use crate::{
    dict::Dict,
    index::{self, Index},
    misuse::expect,
    set::Set,
    sorted::full_entry,
};

/// An entry that differs: its key with the suffix, and its values.
struct Differing {
    key: Vec<u8>,
    old: Option<Vec<u8>>,
    new: Option<Vec<u8>>,
}

fn entry(reader: &RowReader, key: &[u8], row: Option<&[u8]>) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
    let damaged = || reader.damaged("an entry is damaged");
    row.map(|row| full_entry(key, row).ok_or_else(damaged)).transpose()
}

/// The entries that differ, in key order. Long keys that start alike have rows in another order, and
/// two of them may even share one: so they are told apart by the whole key.
fn differing(ends: &Ends) -> Result<Vec<Differing>> {
    let mut found = Vec::new();
    ends.differing(|key, old, new| {
        match (entry(&ends.before, key, old)?, entry(&ends.after, key, new)?) {
            (Some((key, old)), Some((new_key, new))) if key == new_key => {
                found.push(Differing { key, old: Some(old), new: Some(new) });
            }
            (old, new) => {
                let gone = old.map(|(key, old)| Differing { key, old: Some(old), new: None });
                let come = new.map(|(key, new)| Differing { key, old: None, new: Some(new) });
                found.extend(gone.into_iter().chain(come));
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    found.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(found)
}

fn changes<C>(
    anchor: &Anchor,
    before: &impl Moment,
    after: &impl Moment,
    tell: impl Fn(&Ends, Differing) -> Result<Option<C>>,
) -> Result<Changes<C>> {
    let Some(ends) = ends(anchor, before, after)? else { return Ok(Vec::new().into()) };
    let told = differing(&ends)?.into_iter().filter_map(|entry| tell(&ends, entry).transpose());
    Ok(told.collect::<Result<Vec<_>>>()?.into())
}

/// Whether an entry came or went, and the end that shows it; none if it was there at both.
fn came_or_went<'e>(ends: &'e Ends, entry: &Differing) -> Option<(Kind, &'e RowReader)> {
    match (&entry.old, &entry.new) {
        (None, Some(_)) => Some((Kind::Created, &ends.after)),
        (Some(_), None) => Some((Kind::Deleted, &ends.before)),
        _ => None,
    }
}

impl<K: Key, V: DeserializeOwned> Dict<K, V> {
    /// The entries that differ between two snapshots, in key order. The work is in proportion to
    /// what changed.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(singleton)] struct Shop { stock: db0::Dict<String, u32> }
    /// let stock = [("tea".to_owned(), 5), ("jam".to_owned(), 2)];
    /// let shop = db0::singleton(|| Shop { stock: db0::Dict::from_iter(stock) });
    /// db0::commit()?;
    /// let before = db0::snapshot()?;
    /// shop.read().stock.insert("tea".into(), 4);
    /// shop.read().stock.remove("jam");
    /// db0::commit()?;
    /// let changes: Vec<_> = shop.read().stock.changes(&before, &db0::snapshot()?).collect();
    /// assert_eq!((&*changes[0].key, changes[0].kind()), ("jam", db0::Kind::Deleted));
    /// assert_eq!((changes[1].old, changes[1].new), (Some(5), Some(4)));
    /// # Ok::<(), db0::Error>(())
    /// ```
    ///
    /// # Panics
    /// When the states can't be compared; see [`try_changes`](Self::try_changes).
    #[track_caller]
    pub fn changes(&self, before: &impl Moment, after: &impl Moment) -> Changes<EntryChange<K, V>> {
        expect(self.try_changes(before, after))
    }

    /// As [`changes`](Self::changes), with the failure as a value.
    pub fn try_changes(
        &self,
        before: &impl Moment,
        after: &impl Moment,
    ) -> Result<Changes<EntryChange<K, V>>> {
        changes(&self.anchor, before, after, |ends, entry| {
            let side = if entry.new.is_some() { &ends.after } else { &ends.before };
            let value = |reader: &RowReader, value: Option<Vec<u8>>| {
                value.map(|value| reader.decode(&value)).transpose()
            };
            Ok(Some(EntryChange {
                key: side.decode_key(&entry.key)?,
                old: value(&ends.before, entry.old)?,
                new: value(&ends.after, entry.new)?,
            }))
        })
    }
}

impl<T: Key> Set<T> {
    /// The elements that were inserted or removed between two snapshots, in their order. The work
    /// is in proportion to what changed.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(singleton)] struct Club { names: db0::Set<String> }
    /// let names = ["Ann", "Bob"].map(String::from);
    /// let club = db0::singleton(|| Club { names: db0::Set::from_iter(names) });
    /// db0::commit()?;
    /// let before = db0::snapshot()?;
    /// club.read().names.insert("Cid".into());
    /// club.read().names.remove("Ann");
    /// db0::commit()?;
    /// let changes: Vec<_> = club.read().names.changes(&before, &db0::snapshot()?).collect();
    /// let expected = [(db0::Kind::Deleted, "Ann"), (db0::Kind::Created, "Cid")];
    /// let expected = expected.map(|(kind, name)| (kind, name.to_owned()));
    /// assert_eq!(changes, expected);
    /// # Ok::<(), db0::Error>(())
    /// ```
    ///
    /// # Panics
    /// When the states can't be compared; see [`try_changes`](Self::try_changes).
    #[track_caller]
    pub fn changes(&self, before: &impl Moment, after: &impl Moment) -> Changes<(Kind, T)> {
        expect(self.try_changes(before, after))
    }

    /// As [`changes`](Self::changes), with the failure as a value.
    pub fn try_changes(
        &self,
        before: &impl Moment,
        after: &impl Moment,
    ) -> Result<Changes<(Kind, T)>> {
        changes(&self.anchor, before, after, |ends, entry| {
            let change = came_or_went(ends, &entry);
            change.map(|(kind, side)| Ok((kind, side.decode_key(&entry.key)?))).transpose()
        })
    }
}

impl<K: Key, M: Handle> Index<K, M> {
    /// The entries that were added or removed between two snapshots, in key order. The work is in
    /// proportion to what changed.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo] struct Book { title: String }
    /// # #[db0::memo(singleton)] struct Shop { by_year: db0::Index<u16, db0::Memo<Book>> }
    /// let shop = db0::singleton(|| Shop { by_year: db0::Index::new() });
    /// db0::commit()?;
    /// let before = db0::snapshot()?;
    /// shop.read().by_year.add(1815, &db0::Memo::new(Book { title: "Emma".into() }));
    /// db0::commit()?;
    /// for (kind, year, book) in shop.read().by_year.changes(&before, &db0::snapshot()?) {
    ///     assert_eq!((kind, year, &*book.read().title), (db0::Kind::Created, 1815, "Emma"));
    /// }
    /// # Ok::<(), db0::Error>(())
    /// ```
    ///
    /// # Panics
    /// When the states can't be compared; see [`try_changes`](Self::try_changes).
    #[track_caller]
    pub fn changes(&self, before: &impl Moment, after: &impl Moment) -> Changes<(Kind, K, M)> {
        expect(self.try_changes(before, after))
    }

    /// As [`changes`](Self::changes), with the failure as a value.
    pub fn try_changes(
        &self,
        before: &impl Moment,
        after: &impl Moment,
    ) -> Result<Changes<(Kind, K, M)>> {
        changes(&self.anchor, before, after, |ends, entry| {
            let Some((kind, side)) = came_or_went(ends, &entry) else { return Ok(None) };
            let value = entry.new.or(entry.old).unwrap_or_default();
            let number = index::member(&value)
                .ok_or_else(|| side.damaged("an entry of the index is damaged"))?;
            let memo = M::of_number(side.objects(), number)?;
            Ok(Some((kind, side.decode_key_in_front(&entry.key)?, memo)))
        })
    }
}

/// Entries of an index came or went.
pub(super) fn members_differ(ends: &Ends) -> Result<bool> {
    Ok(differing(ends)?.iter().any(|entry| came_or_went(ends, entry).is_some()))
}

/// The numbers of the objects whose entries in an index came or went.
pub(super) fn members_of(ends: &Ends) -> Result<Vec<u64>> {
    let mut members = Vec::new();
    for entry in differing(ends)? {
        if let Some((_, side)) = came_or_went(ends, &entry) {
            let value = entry.new.or(entry.old).unwrap_or_default();
            members.push(index::member(&value).ok_or_else(|| side.damaged("an entry is damaged"))?);
        }
    }
    Ok(members)
}
