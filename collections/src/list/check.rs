//! Whether the rows of a list are one tree, with as many elements as its header says.

use std::collections::HashMap;

use db0_runtime::{ElementCheck, object::varint};

use super::{
    head::Head,
    inner::{Child, Inner},
    leaf::{Leaf, LeafBuf},
};
use crate::{check::same_length, header::Header};

/// The number of the row that elements are appended to.
const TAIL: u64 = 0;

/// A node that was met.
enum Node {
    /// So many elements.
    Leaf(u64),
    Inner(Vec<Child>),
}

/// Gathers the nodes of a list; then looks at how they hang together.
pub(crate) struct ListCheck {
    head: Head,
    nodes: HashMap<u64, Node>,
}

impl ListCheck {
    pub(crate) fn new(header: Header<'_>) -> Result<Self, String> {
        let head = Head::parse(header).ok_or("the header is damaged")?;
        Ok(Self { head, nodes: HashMap::new() })
    }

    /// Takes out the nodes below one; gives how many elements they have.
    fn take(&mut self, number: u64, height: u64) -> Result<u64, String> {
        match (self.nodes.remove(&number), height) {
            (Some(Node::Leaf(count)), 0) => Ok(count),
            (Some(Node::Inner(children)), 1..) => {
                let mut sum = 0_u64;
                for Child { node, count } in children {
                    same_length(count, self.take(node, height - 1)?)?;
                    sum = sum.saturating_add(count);
                }
                Ok(sum)
            }
            (None, _) => Err(format!("node {number} is missing, or is reached twice")),
            _ => Err(format!("node {number} is at another height")),
        }
    }
}

impl ElementCheck for ListCheck {
    fn row(&mut self, mut key: &[u8], row: &[u8]) -> Result<(), String> {
        let number = varint::take_ordered(&mut key).filter(|_| key.is_empty());
        let number = number.ok_or("the key is none of a list's")?;
        let node = if LeafBuf::is_leaf(row) {
            let bounds = Leaf::parse(row).and_then(Leaf::bounds).ok_or("the leaf is damaged")?;
            Node::Leaf(bounds.len() as u64 - 1)
        } else {
            Node::Inner(
                Inner::parse(row).and_then(|inner| inner.decode()).ok_or("the node is damaged")?,
            )
        };
        self.nodes.insert(number, node);
        Ok(())
    }

    fn end(mut self: Box<Self>) -> Result<(), String> {
        let head = self.head;
        let in_tail = if self.nodes.contains_key(&TAIL) { self.take(TAIL, 0)? } else { 0 };
        let in_tree = if head.root == 0 { 0 } else { self.take(head.root, head.height)? };
        same_length(head.in_tree, in_tree)?;
        same_length(head.length, in_tree.saturating_add(in_tail))?;
        match self.nodes.keys().min() {
            Some(number) => Err(format!("node {number} is in no tree")),
            None => Ok(()),
        }
    }
}
