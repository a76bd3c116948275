//! Finding an element of a list by its position.

use db0_runtime::{Result, object::RowReader};

use super::{
    head::Head,
    inner::{Inner, Way},
    leaf::{Leaf, LeafBuf},
    rows,
};

/// How the way down to a leaf is read. All steps of one search are of one moment.
pub(super) trait Steps {
    fn reader(&self) -> &RowReader;

    fn head(&mut self) -> Result<Head>;

    /// The way on from an inner node.
    fn step(&mut self, node: u64, position: u64) -> Result<Way>;
}

/// Reads every step anew.
pub(super) struct Anew<'r>(pub(super) &'r RowReader);

impl Steps for Anew<'_> {
    fn reader(&self) -> &RowReader {
        self.0
    }

    fn head(&mut self) -> Result<Head> {
        Head::read(self.0)
    }

    fn step(&mut self, node: u64, position: u64) -> Result<Way> {
        rows::read(self.0, node, |row| Inner::parse(row)?.way(position))
    }
}

/// An element, and where it is.
pub(super) struct Place {
    pub(super) node: u64,
    pub(super) index: usize,
    pub(super) value: Vec<u8>,
}

/// Finds the element whose position `which` tells from the length; none behind the last one.
pub(super) fn place(
    steps: &mut dyn Steps,
    which: impl Fn(u64) -> Option<u64>,
) -> Result<Option<Place>> {
    let head = steps.head()?;
    let position = which(head.length).filter(|&position| position < head.length);
    let Some(position) = position else { return Ok(None) };
    let (node, place) = leaf_of(steps, &head, position)?;
    let index = usize::try_from(place).unwrap_or(usize::MAX);
    let element = |row: &[u8]| Leaf::parse(row)?.element(index).map(<[u8]>::to_vec);
    let value = rows::read(steps.reader(), node, element)?;
    Ok(Some(Place { node, index, value }))
}

/// A leaf that was copied, and where it stands.
pub(super) struct Found {
    pub(super) leaf: LeafBuf,
    /// The position of its first element.
    pub(super) start: u64,
}

/// Copies the leaf that the element at `position` is in; none behind the last one.
pub(super) fn leaf(steps: &mut dyn Steps, position: u64) -> Result<Option<Found>> {
    let head = steps.head()?;
    if position >= head.length {
        return Ok(None);
    }
    let (node, place) = leaf_of(steps, &head, position)?;
    let reader = steps.reader();
    let leaf = rows::read(reader, node, |row| LeafBuf::of_row(row.to_vec()))?;
    if place >= leaf.count() as u64 {
        return Err(reader.damaged("a leaf of the list has fewer elements than its node says"));
    }
    Ok(Some(Found { leaf, start: position - place }))
}

/// Which row the element at `position` is in, and its place there.
fn leaf_of(steps: &mut dyn Steps, head: &Head, position: u64) -> Result<(u64, u64)> {
    if let Some(place) = position.checked_sub(head.in_tree) {
        return Ok((rows::TAIL, place));
    }
    let (mut node, mut position) = (head.root, position);
    for _ in 0..head.height {
        let way = steps.step(node, position)?;
        (node, position) = (way.node, way.position);
    }
    Ok((node, position))
}
