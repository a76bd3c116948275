//! About how many rows a range of a tree has: counted at its ends, estimated in between.

use std::cell::Cell;

use super::{
    file::Fault,
    page::{Beside, Page},
    tree::Tree,
};

/// Of the subtrees between the ends, so many are looked into.
const LOOKED_INTO: usize = 8;
/// And of the children of such a one.
const CHILDREN: usize = 3;
/// More pages are read for no estimate, whatever is in the file.
const PAGES_MAX: usize = 2000;

impl Tree<'_> {
    /// About how many rows there are from `start` up to, and without, `end` (none: all from there).
    /// It reads some pages on the way to each end, and a few of those in between: that few, it counts.
    pub(crate) fn estimate(&self, start: &[u8], end: Option<&[u8]>) -> Result<u64, Fault> {
        if end.is_some_and(|end| end <= start) {
            return Ok(0);
        }
        let walk = Estimate { tree: *self, left: Cell::new(PAGES_MAX) };
        self.root().map_or(Ok(0), |root| walk.between(root, Some(start), end))
    }
}

struct Estimate<'f> {
    tree: Tree<'f>,
    /// Pages that may still be read.
    left: Cell<usize>,
}

impl Estimate<'_> {
    fn page(&self, number: u64) -> Result<Page, Fault> {
        let left = self.left.get().checked_sub(1);
        self.left.set(left.ok_or_else(|| Fault::new(number, "the tree goes round in a circle"))?);
        self.tree.page(number)
    }

    /// The rows below a page that are within bounds.
    fn between(&self, number: u64, start: Option<&[u8]>, end: Option<&[u8]>) -> Result<u64, Fault> {
        let page = self.page(number)?;
        let first = start.map_or(0, |start| page.find(start));
        if page.is_leaf() {
            let end = end.map_or(page.len(), |end| page.find(end));
            return Ok(end.saturating_sub(first) as u64);
        }
        let last = end.map_or(page.len() - 1, |end| page.find(end));
        if first >= last {
            return self.between(child(&page, number, first)?, start, end);
        }
        let ends = self.between(child(&page, number, first)?, start, None)?
            + self.between(child(&page, number, last)?, None, end)?;
        let middle = self.children(&page, number, first + 1, last, LOOKED_INTO)?;
        Ok(ends.saturating_add(middle))
    }

    /// The rows below some children of a page, by a few of them.
    fn children(
        &self,
        page: &Page,
        number: u64,
        start: usize,
        end: usize,
        looked_into: usize,
    ) -> Result<u64, Fault> {
        let count = end - start;
        let samples = count.min(looked_into);
        let mut sum: u64 = 0;
        for sample in 0..samples {
            let at = start + (2 * sample + 1) * count / (2 * samples);
            sum = sum.saturating_add(self.below(child(page, number, at)?)?);
        }
        Ok(sum.saturating_mul(count as u64) / samples.max(1) as u64)
    }

    /// All rows below a page.
    fn below(&self, number: u64) -> Result<u64, Fault> {
        let page = self.page(number)?;
        if page.is_leaf() {
            return Ok(page.len() as u64);
        }
        self.children(&page, number, 0, page.len(), CHILDREN)
    }
}

fn child(page: &Page, number: u64, place: usize) -> Result<u64, Fault> {
    match page.beside(place) {
        Beside::Child(child) => Ok(child),
        _ => Err(Fault::new(number, "it does not branch")),
    }
}
