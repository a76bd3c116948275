//! Which of some objects and collections are held by nothing but each other.
//!
//! The holders of each are counted; those that are found among the others are taken off. Who has some
//! left, or is held by what is not counted, is kept, and so is all that it refers to. What is left then
//! has no holder outside.

use std::ops::ControlFlow;

use crate::{
    Result, codec,
    object::row_header,
    store::{ClassId, Direction, KeyRange, Oid, Table, View, oid_key, take_ordered},
};

/// Instead of a number of holders: it is kept.
const KEPT: u32 = u32::MAX;

/// Twelve bytes for each of those that are tried, however many there are.
pub(super) struct Trial<'a> {
    view: &'a View,
    /// Ascending.
    oids: Vec<Oid>,
    /// How many holders of each have not been found among the others.
    left: Vec<u32>,
}

impl<'a> Trial<'a> {
    /// Of these, given by ascending oid, with the number of holders that each is known to have.
    pub(super) fn new(view: &'a View, holders: impl IntoIterator<Item = (Oid, u64)>) -> Self {
        let holders = holders.into_iter();
        let left = |count: u64| u32::try_from(count).unwrap_or(KEPT);
        let (oids, left) = holders.map(|(oid, count)| (oid, left(count))).unzip();
        Self { view, oids, left }
    }

    pub(super) fn len(&self) -> usize {
        self.oids.len()
    }

    /// Those that are not kept.
    pub(super) fn rest(&self) -> impl Iterator<Item = Oid> {
        let rest = self.oids.iter().zip(&self.left).filter(|(_, left)| **left != KEPT);
        rest.map(|(oid, _)| *oid)
    }

    /// Takes off the holders that are found among those that are tried, and keeps who has others.
    /// `seen` is called for each that is looked at.
    pub(super) fn count(&mut self, mut seen: impl FnMut()) -> Result<()> {
        for holder in 0..self.oids.len() {
            let (oids, left) = (&self.oids, &mut self.left);
            each_reference_of(self.view, oids[holder], &mut |to| {
                if let Ok(place) = oids.binary_search(&to)
                    && left[place] != KEPT
                {
                    left[place] = left[place].saturating_sub(1);
                }
            })?;
            seen();
        }
        let held = |place: &usize| self.left[*place] > 0;
        let held = (0..self.oids.len()).filter(held).collect();
        self.keep_places(held)
    }

    /// Keeps those of the rest that `is_held` tells of.
    pub(super) fn keep_if(&mut self, mut is_held: impl FnMut(Oid) -> Result<bool>) -> Result<()> {
        for place in 0..self.oids.len() {
            if self.left[place] != KEPT && is_held(self.oids[place])? {
                self.keep_places(vec![place])?;
            }
        }
        Ok(())
    }

    /// Keeps these.
    pub(super) fn keep(&mut self, held: &[Oid]) -> Result<()> {
        let places = held.iter().filter_map(|oid| self.oids.binary_search(oid).ok());
        let places = places.filter(|place| self.left[*place] != KEPT).collect();
        self.keep_places(places)
    }

    /// Keeps what is at these places, and all that it refers to.
    fn keep_places(&mut self, mut held: Vec<usize>) -> Result<()> {
        held.iter().for_each(|place| self.left[*place] = KEPT);
        while let Some(holder) = held.pop() {
            let (oids, left) = (&self.oids, &mut self.left);
            each_reference_of(self.view, oids[holder], &mut |to| {
                if let Ok(place) = oids.binary_search(&to)
                    && left[place] != KEPT
                {
                    left[place] = KEPT;
                    held.push(place);
                }
            })?;
        }
        Ok(())
    }
}

/// Calls `each` with what the rows of an object or collection refer to, as often as they do.
pub(super) fn each_reference_of(view: &View, oid: Oid, each: &mut dyn FnMut(Oid)) -> Result<()> {
    let key = oid_key(oid);
    let key = key.as_bytes();
    let object = view.get(Table::Objects, key, |row| {
        let fields = row_header(row).map_or(&[][..], |(_, _, fields)| fields);
        each_reference(view, Table::Objects, key, fields, each)
    })?;
    object.transpose()?;
    view.scan(Table::Elements, KeyRange::prefix(key), Direction::Forward, &mut |key, row| {
        each_reference(view, Table::Elements, key, row, each)?;
        Ok(ControlFlow::Continue(()))
    })
}

/// Calls `each` with what a value refers to, weak references aside.
pub(super) fn each_reference(
    view: &View,
    table: Table,
    key: &[u8],
    value: &[u8],
    each: &mut dyn FnMut(Oid),
) -> Result<()> {
    let found = codec::for_each_reference(value, |kind, mut payload| {
        if kind != codec::WEAK
            && let Some(oid) = take_ordered(&mut payload)
        {
            each(Oid(oid));
        }
    });
    found.map_err(|fault| view.store().corrupt(table, key, &fault.to_string()))
}

/// The class of an object; none for a collection.
pub(super) fn class_of(view: &View, oid: Oid) -> Result<Option<ClassId>> {
    let class = |row: &[u8]| row_header(row).map(|(class, ..)| class);
    Ok(view.get(Table::Objects, oid_key(oid).as_bytes(), class)?.flatten())
}
