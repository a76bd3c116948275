//! The tree of a list from outside: for comparing two states.

use db0_runtime::{Result, object::RowReader};

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
