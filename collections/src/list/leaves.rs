//! The tree of a list from outside: for comparing two states.

use db0_runtime::{Result, codec::skip_values, object::RowReader};

use super::{
    head::Head,
    inner::{Child, Inner},
    leaf::Leaf,
    rows::{self, TAIL},
};

/// A node, and how many elements are below it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) node: u64,
    pub(crate) count: usize,
}

/// Where a list begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Roots {
    /// None while there is no tree.
    pub(crate) root: Option<Place>,
    /// Levels of inner nodes.
    pub(crate) height: u64,
    /// The last leaf, which is in no tree.
    pub(crate) tail: Option<Place>,
}

fn place(reader: &RowReader, child: Child) -> Result<Place> {
    let count = usize::try_from(child.count);
    let count = count.map_err(|_| reader.damaged("the list is too long"))?;
    Ok(Place { node: child.node, count })
}

/// The tree and the tail.
pub(crate) fn roots(reader: &RowReader) -> Result<Roots> {
    let head = Head::read(reader)?;
    let some = |node, count| {
        let child = (count > 0).then_some(Child { node, count });
        child.map(|child| place(reader, child)).transpose()
    };
    let root = if head.root == 0 { None } else { some(head.root, head.in_tree)? };
    Ok(Roots { root, height: head.height, tail: some(TAIL, head.in_tail())? })
}

/// The nodes below an inner one.
pub(crate) fn children(reader: &RowReader, node: u64) -> Result<Vec<Place>> {
    let children = rows::read(reader, node, |row| Inner::parse(row)?.decode())?;
    children.into_iter().map(|child| place(reader, child)).collect()
}

/// The row of a leaf.
pub(crate) fn leaf_row(reader: &RowReader, leaf: &Place) -> Result<Vec<u8>> {
    rows::read(reader, leaf.node, |row| Some(row.to_vec()))
}

/// Appends the elements of a leaf, by its row; none if that is damaged.
pub(crate) fn leaf_elements<'r>(
    leaf: &Place,
    row: &'r [u8],
    out: &mut Vec<&'r [u8]>,
) -> Option<()> {
    let row = Leaf::parse(row).filter(|row| row.count == leaf.count)?;
    let bounds = row.bounds()?;
    out.extend(bounds.windows(2).map(|ends| &row.values[ends[0] as usize..ends[1] as usize]));
    Some(())
}

/// Where two leaves of as many elements differ: how many are the same in front, and those from there to the
/// last one that differs.
pub(crate) struct Differing<'r> {
    pub(crate) front: usize,
    pub(crate) old: Vec<&'r [u8]>,
    pub(crate) new: Vec<&'r [u8]>,
}

/// Compares two leaves of `count` elements by their bytes: elements that are the same are passed over, and
/// behind the last one that differs not even looked at. None if a leaf is damaged.
pub(crate) fn differing<'r>(count: usize, old: &'r [u8], new: &'r [u8]) -> Option<Differing<'r>> {
    let values = |row| Some(Leaf::parse(row).filter(|row| row.count == count)?.values);
    let (old, new) = (values(old)?, values(new)?);
    let same_front = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let same_back = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (mut front, mut at) = (0, 0);
    while front < count {
        let len = skip_values(&old[at..], 1).ok()?;
        if at + len > same_front {
            break;
        }
        (front, at) = (front + 1, at + len);
    }
    let mut found = Differing { front, old: Vec::new(), new: Vec::new() };
    let (mut old, mut new) = (&old[at..], &new[at..]);
    while front + found.old.len() < count && (old.len() != new.len() || old.len() > same_back) {
        let ends = (skip_values(old, 1).ok()?, skip_values(new, 1).ok()?);
        let ((was, old_rest), (is, new_rest)) = (old.split_at(ends.0), new.split_at(ends.1));
        found.old.push(was);
        found.new.push(is);
        (old, new) = (old_rest, new_rest);
    }
    Some(found)
}
