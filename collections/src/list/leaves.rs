//! The leaves of a list in their order, without their elements: for comparing two states.

use db0_runtime::{Result, object::RowReader};

use super::{
    head::Head,
    inner::{Child, Inner},
    leaf::Leaf,
    rows::{self, TAIL},
};

/// A leaf, and how many elements it has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LeafPlace {
    pub(crate) node: u64,
    pub(crate) count: usize,
}

/// The leaves from front to back; the inner nodes alone are read.
pub(crate) fn leaves(reader: &RowReader) -> Result<Vec<LeafPlace>> {
    let head = Head::read(reader)?;
    let mut nodes = Vec::new();
    if head.root != 0 {
        nodes.push(Child { node: head.root, count: head.in_tree });
    }
    for _ in 0..head.height {
        let mut below = Vec::new();
        for node in nodes {
            below.extend(rows::read(reader, node.node, |row| Inner::parse(row)?.decode())?);
        }
        nodes = below;
    }
    if head.in_tail() > 0 {
        nodes.push(Child { node: TAIL, count: head.in_tail() });
    }
    let place = |child: Child| {
        let count = usize::try_from(child.count).ok()?;
        Some(LeafPlace { node: child.node, count })
    };
    let places: Option<Vec<_>> = nodes.into_iter().map(place).collect();
    places.ok_or_else(|| reader.damaged("the list is too long"))
}

/// Appends the elements of a leaf.
pub(crate) fn leaf_elements(
    reader: &RowReader,
    leaf: &LeafPlace,
    out: &mut Vec<Vec<u8>>,
) -> Result<()> {
    rows::read(reader, leaf.node, |row| {
        let row = Leaf::parse(row).filter(|row| row.count == leaf.count)?;
        let bounds = row.bounds()?;
        let element = |ends: &[u32]| row.values[ends[0] as usize..ends[1] as usize].to_vec();
        out.extend(bounds.windows(2).map(element));
        Some(())
    })
}
