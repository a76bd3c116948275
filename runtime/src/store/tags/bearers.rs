//! Of which class those are that bear a tag, as far as that is known of all of them.

use crate::store::num::ClassId;

/// Of which class the members of a container are. Where that is known, a query for the class need not
/// look for them among its objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bearers(Of);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Of {
    #[default]
    Nobody,
    One(ClassId),
    /// Several classes, or it was not noted which.
    Unknown,
}

impl Bearers {
    /// There are none.
    pub const NOBODY: Self = Self(Of::Nobody);
    /// They may be of any classes.
    pub const UNKNOWN: Self = Self(Of::Unknown);

    /// Those of a class that is known, or not.
    pub(crate) fn of(class: Option<ClassId>) -> Self {
        Self(class.map_or(Of::Unknown, Of::One))
    }

    /// These and others.
    pub fn and(self, others: Self) -> Self {
        match (self.0, others.0) {
            (Of::Nobody, _) => others,
            (_, Of::Nobody) => self,
            _ if self == others => self,
            _ => Self::UNKNOWN,
        }
    }

    /// They are all of this class.
    pub(crate) fn are_of(self, class: ClassId) -> bool {
        match self.0 {
            Of::Nobody => true,
            Of::One(one) => one == class,
            Of::Unknown => false,
        }
    }

    /// The class, if it is known.
    pub(crate) fn class(self) -> Option<ClassId> {
        if let Of::One(class) = self.0 { Some(class) } else { None }
    }

    /// As it stands in a container: no class has the number 0.
    pub(in crate::store) fn number(self) -> u32 {
        self.class().map_or(0, |class| class.0)
    }

    /// Whom a number in a container stands for.
    pub(in crate::store) fn of_number(number: u32) -> Self {
        Self::of((number != 0).then_some(ClassId(number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_class_is_known_or_none() {
        let classes = [1, 2].map(ClassId);
        let [one, other] = classes.map(|class| Bearers::of(Some(class)));
        let (nobody, unknown) = (Bearers::NOBODY, Bearers::UNKNOWN);
        assert_eq!((nobody.and(one), one.and(nobody), one.and(one)), (one, one, one));
        for (a, b) in [(one, other), (one, unknown), (unknown, one), (unknown, nobody)] {
            assert_eq!(a.and(b), unknown);
        }
        assert_eq!(classes.map(|class| one.are_of(class)), [true, false]);
        assert!(nobody.are_of(classes[0]) && !unknown.are_of(classes[0]));
        for bearers in [one, other, unknown] {
            assert_eq!(Bearers::of_number(bearers.number()), bearers);
        }
    }
}
