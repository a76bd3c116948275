//! Searching a list that is in order, by halving it.

use std::cmp::Ordering;

use db0_runtime::{Result, object::Anchor};
use serde::de::DeserializeOwned;

use super::handle::List;
use crate::misuse::expect;

/// Where an element is, or where it could be put, as slices tell it.
type Found = std::result::Result<usize, usize>;

impl<T: DeserializeOwned> List<T> {
    /// Where an element is that is equal to `element`, in a list that is sorted, or where it could be put
    /// so that the list stays sorted.
    ///
    /// ```
    /// # fn main() -> db0_runtime::Result<()> {
    /// # let folder = tempfile::tempdir().map_err(db0_runtime::Error::other)?;
    /// # let workspace = db0_runtime::Workspace::open(folder.path())?;
    /// # let _entered = workspace.enter();
    /// use db0_collections::List;
    ///
    /// let list = List::from([10, 20, 30]);
    /// assert_eq!(list.binary_search(&20), Ok(1));
    /// let place = list.binary_search(&25).unwrap_or_else(|place| place);
    /// list.insert(place, 25);
    /// assert_eq!(list.to_vec(), [10, 20, 25, 30]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The place where it could be put.
    #[track_caller]
    pub fn binary_search(&self, element: &T) -> Found
    where
        T: Ord,
    {
        self.binary_search_by(|other| other.cmp(element))
    }

    /// As [`binary_search`](Self::binary_search), with failures to read as values.
    ///
    /// # Errors
    /// The list can't be read.
    pub fn try_binary_search(&self, element: &T) -> Result<Found>
    where
        T: Ord,
    {
        self.try_binary_search_by(|other| other.cmp(element))
    }

    /// As [`binary_search`](Self::binary_search), in a list that is sorted by what `of` makes of its
    /// elements.
    ///
    /// # Errors
    /// The place where one with this key could be put.
    #[track_caller]
    pub fn binary_search_by_key<K: Ord>(&self, key: &K, of: impl FnMut(&T) -> K) -> Found {
        expect(self.try_binary_search_by_key(key, of))
    }

    /// As [`binary_search_by_key`](Self::binary_search_by_key), with failures to read as values.
    ///
    /// # Errors
    /// The list can't be read.
    pub fn try_binary_search_by_key<K: Ord>(
        &self,
        key: &K,
        mut of: impl FnMut(&T) -> K,
    ) -> Result<Found> {
        self.try_binary_search_by(|element| of(element).cmp(key))
    }

    /// As [`binary_search`](Self::binary_search), with a function that tells how an element stands to
    /// the one that is sought.
    ///
    /// # Errors
    /// The place where such an element could be put.
    #[track_caller]
    pub fn binary_search_by(&self, order: impl FnMut(&T) -> Ordering) -> Found {
        expect(self.try_binary_search_by(order))
    }

    /// As [`binary_search_by`](Self::binary_search_by), with failures to read as values.
    ///
    /// # Errors
    /// The list can't be read.
    pub fn try_binary_search_by(&self, mut order: impl FnMut(&T) -> Ordering) -> Result<Found> {
        Anchor::in_one_moment([&self.anchor], || {
            let (mut low, mut high) = (0, self.try_len()?);
            while low < high {
                let middle = usize::midpoint(low, high);
                let element = self.try_get(middle)?;
                match element.map_or(Ordering::Greater, |element| order(&element)) {
                    Ordering::Less => low = middle + 1,
                    Ordering::Greater => high = middle,
                    Ordering::Equal => return Ok(Ok(middle)),
                }
            }
            Ok(Err(low))
        })
    }

    /// How many elements in front `is_before` says yes of, in a list where it says so of none behind them.
    #[track_caller]
    pub fn partition_point(&self, is_before: impl FnMut(&T) -> bool) -> usize {
        expect(self.try_partition_point(is_before))
    }

    /// As [`partition_point`](Self::partition_point), with the failure as a value.
    ///
    /// # Errors
    /// The list can't be read.
    pub fn try_partition_point(&self, mut is_before: impl FnMut(&T) -> bool) -> Result<usize> {
        let side =
            |element: &T| if is_before(element) { Ordering::Less } else { Ordering::Greater };
        Ok(self.try_binary_search_by(side)?.unwrap_or_else(|place| place))
    }
}
