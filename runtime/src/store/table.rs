//! The tables of a prefix.

/// A table of rows. The numbers are part of the format: they stand in the log's keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(crate) enum Table {
    /// oid → class, schema, fields.
    Objects = 1,
    /// Collection oid → its header.
    Headers = 2,
    /// (collection oid, element key) → element.
    Elements = 3,
    /// oid → the tags it bears.
    ObjectTags = 4,
    /// Named things of the prefix: singletons, roots.
    Names = 5,
    /// (tag, chunk of oids) → members.
    Postings = 6,
    /// Class and schema descriptions.
    Classes = 7,
    /// Tag name ↔ tag id.
    TagNames = 8,
    /// oid → how many durable references hold it.
    Counts = 9,
    /// oid → nothing: its stamps are those of changes in collections that the object owns.
    Owned = 10,
    /// (index, key, oid) → what is kept of declared fields, and what is declared.
    Fields = 11,
    /// All that is by time: (state, kind, table, key).
    Log = 12,
    /// (table, key) → the state that deleted the row.
    Gone = 13,
    /// (pin, table, key) → an old row that only a pin still needs.
    Kept = 14,
    /// (collection oid, oid of an object or collection) → how many references are in it.
    Owners = 15,
}

impl Table {
    pub(crate) const ALL: [Self; 15] = [
        Self::Objects,
        Self::Headers,
        Self::Elements,
        Self::ObjectTags,
        Self::Names,
        Self::Postings,
        Self::Classes,
        Self::TagNames,
        Self::Counts,
        Self::Owned,
        Self::Fields,
        Self::Log,
        Self::Gone,
        Self::Kept,
        Self::Owners,
    ];

    /// How many tables hold the rows of layers.
    pub(crate) const LAYERED: usize = 11;

    /// Its name in the file, and in messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Objects => "objects",
            Self::Headers => "headers",
            Self::Elements => "elements",
            Self::ObjectTags => "object-tags",
            Self::Names => "names",
            Self::Postings => "postings",
            Self::Classes => "classes",
            Self::TagNames => "tag-names",
            Self::Counts => "counts",
            Self::Owned => "owned",
            Self::Fields => "fields",
            Self::Log => "log",
            Self::Gone => "gone",
            Self::Kept => "kept",
            Self::Owners => "owners",
        }
    }

    /// Its place in arrays by table.
    pub(crate) fn index(self) -> usize {
        self as usize - 1
    }

    /// The table of a number in a log key.
    pub(crate) fn of_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|table| *table as u8 == number)
    }

    /// Its rows have a past: they carry stamps, and old ones go to the log.
    pub(crate) fn is_versioned(self) -> bool {
        matches!(
            self,
            Self::Objects
                | Self::Headers
                | Self::Elements
                | Self::ObjectTags
                | Self::Names
                | Self::Postings
                | Self::Fields
                | Self::Counts
                | Self::Owned
        )
    }

    /// Its rows may refer to collections, which then belong to who has the row.
    pub(super) fn has_owners(self) -> bool {
        matches!(self, Self::Objects | Self::Elements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_places_agree() {
        for (i, table) in Table::ALL.into_iter().enumerate() {
            assert_eq!(table.index(), i);
            assert_eq!(Table::of_number(table as u8), Some(table));
            assert!(!table.is_versioned() || table.index() < Table::LAYERED);
        }
        assert_eq!(Table::of_number(0), None);
    }
}
