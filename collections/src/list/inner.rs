//! The inner nodes of a list: where its leaves are, and how many elements stand before each.
//!
//! ```text
//! c5      u8     MessagePack bytes ...
//! length  u16    big-endian, of this length
//! a       u8     bytes per child's number, 1 to 8
//! b       u8     bytes per sum, 1 to 8
//! ...     a × n  children, big-endian
//! ...     b × n  how many elements are in each child and those before it, big-endian
//! ```
//!
//! The columns have fixed widths, so that a child is found by halving, without decoding the node.

const BYTES: u8 = 0xc5;
const FRONT: usize = 5;
/// How large a node may become; see the leaves.
pub(super) const BYTES_MAX: usize = 960;
/// Nodes smaller than this are joined with a neighbour.
pub(super) const BYTES_MIN: usize = BYTES_MAX / 3;
/// No node has more children.
pub(super) const CHILDREN_MAX: usize = (BYTES_MAX - FRONT) / 2;

/// A node's child: the number of its row, and how many elements are below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Child {
    pub(super) node: u64,
    pub(super) count: u64,
}

/// An inner node that is read from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inner<'r> {
    children: &'r [u8],
    sums: &'r [u8],
    child_width: usize,
    sum_width: usize,
}

/// Where an element is below an inner node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// Which child.
    pub(super) at: usize,
    /// The number of its row.
    pub(super) node: u64,
    /// The element's place among those below it.
    pub(super) position: u64,
}

impl<'r> Inner<'r> {
    /// Takes a row apart.
    pub(super) fn parse(row: &'r [u8]) -> Option<Self> {
        let [BYTES, high, low, a, b, columns @ ..] = row else { return None };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let (child_width, sum_width) = (usize::from(*a), usize::from(*b));
        let widths = 1..=8;
        if length != columns.len() + 2
            || !widths.contains(&child_width)
            || !widths.contains(&sum_width)
        {
            return None;
        }
        let count = columns.len() / (child_width + sum_width);
        let (children, sums) = columns.split_at(count * child_width);
        let sound = count > 0 && sums.len() == count * sum_width;
        sound.then_some(Self { children, sums, child_width, sum_width })
    }

    pub(super) fn len(&self) -> usize {
        self.sums.len() / self.sum_width
    }

    fn sum(&self, at: usize) -> u64 {
        number(self.sums, at, self.sum_width)
    }

    fn node(&self, at: usize) -> u64 {
        number(self.children, at, self.child_width)
    }

    /// The way to the element at `position` below this node.
    pub(super) fn way(&self, position: u64) -> Option<Way> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.sum(middle) <= position {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if low == self.len() {
            return None;
        }
        let before = if low == 0 { 0 } else { self.sum(low - 1) };
        Some(Way { at: low, node: self.node(low), position: position.checked_sub(before)? })
    }

    /// All children.
    pub(super) fn decode(&self) -> Option<Vec<Child>> {
        let mut before = 0;
        let child = |at| {
            let sum = self.sum(at);
            let count = sum.checked_sub(before).filter(|&count| count > 0)?;
            before = sum;
            Some(Child { node: self.node(at), count })
        };
        (0..self.len()).map(child).collect()
    }
}

fn number(column: &[u8], at: usize, width: usize) -> u64 {
    let bytes = &column[at * width..];
    match bytes.first_chunk::<8>() {
        Some(eight) => u64::from_be_bytes(*eight) >> (64 - 8 * width),
        None => bytes[..width].iter().fold(0, |number, &byte| number << 8 | u64::from(byte)),
    }
}

/// A node that is written to: its row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InnerBuf {
    row: Vec<u8>,
}

impl InnerBuf {
    /// The node of a row, if it is one.
    pub(super) fn of_row(row: Vec<u8>) -> Option<Self> {
        Inner::parse(&row)?;
        Some(Self { row })
    }

    pub(super) fn of(children: &[Child]) -> Self {
        Self { row: encode(children) }
    }

    pub(super) fn into_row(self) -> Vec<u8> {
        self.row
    }

    pub(super) fn bytes(&self) -> usize {
        self.row.len()
    }

    fn read(&self) -> Inner<'_> {
        Inner::parse(&self.row).unwrap_or_else(|| unreachable!("checked when it was made"))
    }

    pub(super) fn way(&self, position: u64) -> Option<Way> {
        self.read().way(position)
    }

    pub(super) fn len(&self) -> usize {
        self.read().len()
    }

    /// Adds a child behind the last one, where it stands; false if that takes more room.
    pub(super) fn push(&mut self, child: Child) -> bool {
        let read = self.read();
        let (len, a, b) = (read.len(), read.child_width, read.sum_width);
        let Some(sum) = read.sum(len - 1).checked_add(child.count) else { return false };
        let length = 2 + (len + 1) * (a + b);
        let fits = FRONT - 2 + length <= BYTES_MAX && width(child.node) <= a && width(sum) <= b;
        if fits && let Ok(length) = u16::try_from(length) {
            self.row[1..3].copy_from_slice(&length.to_be_bytes());
            let end = FRONT + len * a;
            self.row.splice(end..end, child.node.to_be_bytes()[8 - a..].iter().copied());
            self.row.extend_from_slice(&sum.to_be_bytes()[8 - b..]);
        }
        fits
    }

    /// All children; none if the node is damaged.
    pub(super) fn children(&self) -> Option<Vec<Child>> {
        self.read().decode()
    }

    /// Adds to the count of one child, where it stands; false if that takes more room.
    pub(super) fn lengthen(&mut self, at: usize, more: u64, less: u64) -> bool {
        let read = self.read();
        let (len, width) = (read.len(), read.sum_width);
        let fits = |sum: u64| width == 8 || sum < 1 << (8 * width);
        let Some(last) = read.sum(len - 1).checked_add(more).filter(|&sum| fits(sum)) else {
            return false;
        };
        if last < less {
            return false;
        }
        let sums = self.row.len() - len * width;
        for sum in self.row[sums..].chunks_exact_mut(width).skip(at) {
            let new = number(sum, 0, width).wrapping_add(more).wrapping_sub(less);
            sum.copy_from_slice(&new.to_be_bytes()[8 - width..]);
        }
        true
    }
}

fn width(number: u64) -> usize {
    (8 - number.leading_zeros() as usize / 8).max(1)
}

/// How many elements are below these children.
pub(super) fn total(children: &[Child]) -> u64 {
    children.iter().map(|child| child.count).sum()
}

fn widths(children: &[Child]) -> (usize, usize) {
    let largest = children.iter().map(|child| child.node).max().unwrap_or(0);
    (width(largest), width(total(children)))
}

/// How large the row of these children would be.
pub(super) fn bytes(children: &[Child]) -> usize {
    let (a, b) = widths(children);
    FRONT + children.len() * (a + b)
}

/// The row of these children, which fit into one.
fn encode(children: &[Child]) -> Vec<u8> {
    let (a, b) = widths(children);
    let length = 2 + children.len() * (a + b);
    let mut row = Vec::with_capacity(FRONT + length);
    row.push(BYTES);
    let length = u16::try_from(length).unwrap_or_else(|_| unreachable!("nodes are divided before"));
    row.extend_from_slice(&length.to_be_bytes());
    #[expect(clippy::cast_possible_truncation, reason = "widths are 8 at most")]
    row.extend_from_slice(&[a as u8, b as u8]);
    for child in children {
        row.extend_from_slice(&child.node.to_be_bytes()[8 - a..]);
    }
    let mut sum = 0;
    for child in children {
        sum += child.count;
        row.extend_from_slice(&sum.to_be_bytes()[8 - b..]);
    }
    row
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn children() -> impl Strategy<Value = Vec<Child>> {
        let child = (1..1_u64 << 40, 1..1_u64 << 30, 0..40_u32, 0..30_u32).prop_map(
            |(node, count, less, fewer): (u64, u64, u32, u32)| Child {
                node: node >> less,
                count: (count >> fewer).max(1),
            },
        );
        prop::collection::vec(child, 1..120)
    }

    proptest! {
        #[test]
        fn children_come_back_and_elements_are_found(children in children(), place: u64) {
            let row = encode(&children);
            prop_assert_eq!(row.len(), bytes(&children));
            let inner = Inner::parse(&row).expect("what was written");
            prop_assert_eq!(inner.decode(), Some(children.clone()));
            let position = place % total(&children);
            let way = inner.way(position).expect("it is below the node");
            let before = total(&children[..way.at]);
            prop_assert_eq!(before + way.position, position);
            prop_assert!(way.position < children[way.at].count);
            prop_assert_eq!(way.node, children[way.at].node);
            prop_assert_eq!(inner.way(total(&children)), None);
        }

        #[test]
        fn counts_change_where_they_stand(mut children in children(), place: usize, more in 0..70_000_u64) {
            let mut node = InnerBuf::of(&children);
            let at = place % children.len();
            let less = children[at].count - 1;
            let before = node.clone();
            if node.lengthen(at, more, less) {
                children[at].count = 1 + more;
                prop_assert_eq!(node.children(), Some(children));
                prop_assert!(node.lengthen(at, less, more));
            }
            prop_assert_eq!(node, before);
        }

        #[test]
        fn a_child_is_added_where_it_stands(mut children in children(), node: u32, count in 1..70_000_u64) {
            let mut grown = InnerBuf::of(&children);
            let before = grown.clone();
            let child = Child { node: node.into(), count };
            if grown.push(child) {
                children.push(child);
                prop_assert_eq!(grown, InnerBuf::of(&children));
            } else {
                prop_assert_eq!(grown, before);
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, widths in (0..10_u8, 0..10_u8), position: u64) {
            let length = u16::try_from(bytes.len() + 2).unwrap().to_be_bytes();
            let front = [BYTES, length[0], length[1], widths.0, widths.1];
            for row in [bytes.clone(), [&front[..], &bytes].concat()] {
                if let Some(inner) = Inner::parse(&row) {
                    let _ = inner.way(position);
                    let _ = inner.decode();
                }
                if let Some(mut node) = InnerBuf::of_row(row) {
                    let _ = node.lengthen(0, position, 1);
                    let _ = node.lengthen(0, 1, position);
                    let _ = node.push(Child { node: position, count: 1 });
                }
            }
        }
    }
}
