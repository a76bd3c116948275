//! What results are of: a class, all classes, or those with a trait.

use std::{fmt, sync::Arc};

use db0_runtime::{
    Error, Result,
    class::ClassInfo,
    derived::Members,
    object::{ByTrait, Kind, Objects},
};

/// What results are of.
#[doc(hidden)]
#[derive(Clone)]
pub struct Of(pub(crate) Whose);

/// Whose objects results are.
#[derive(Clone)]
pub(crate) enum Whose {
    /// Of a class by its Rust type.
    Class(&'static Kind),
    /// Of a class by what it is called, and was called before.
    Named(Vec<String>),
    /// Of every class.
    All,
    /// Of every class with a trait.
    With(ByTrait),
    /// As [`With`](Self::With), by the path of a trait that this program may not have.
    WithNamed(String),
}

impl Of {
    /// What a class is called, and was called before; nothing where it is not one class.
    pub(crate) fn names(&self) -> Vec<String> {
        match &self.0 {
            Whose::Class(class) => names_of(class.info()),
            Whose::Named(names) => names.clone(),
            Whose::All | Whose::With(_) | Whose::WithNamed(_) => Vec::new(),
        }
    }

    /// The path of the trait; nothing where it is not by a trait.
    pub(crate) fn trait_path(&self) -> Option<&str> {
        match &self.0 {
            Whose::With(by) => Some(by.name()),
            Whose::WithNamed(path) => Some(path),
            Whose::Class(_) | Whose::Named(_) | Whose::All => None,
        }
    }

    /// These are of the same, as far as names tell.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Whose::All, Whose::All) => true,
            _ if self.trait_path().is_some() => self.trait_path() == other.trait_path(),
            _ => self.names().iter().any(|name| other.names().contains(name)),
        }
    }

    pub(crate) fn members(&self, objects: &Arc<Objects>) -> Result<Vec<Members>> {
        let one = |class: Option<Members>| class.into_iter().collect();
        match &self.0 {
            Whose::Class(class) => Members::of_class(objects, class).map(one),
            Whose::Named(names) => members_named(objects, names).map(one),
            Whose::All => Members::of_classes(objects),
            Whose::With(by) => Members::of_trait(objects, *by),
            Whose::WithNamed(path) => match ByTrait::named(path) {
                Some(by) => Members::of_trait(objects, by),
                None => Err(Error::Invalid(format!(
                    "no class of this program is declared with {path}: run the query in one that has it"
                ))),
            },
        }
    }
}

/// The objects of the class that bears one of these names.
pub(crate) fn members_named(objects: &Objects, names: &[String]) -> Result<Option<Members>> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Members::of_class_named(objects, &names)
}

/// As people read it.
impl fmt::Display for Of {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Whose::Class(class) => f.write_str(class.info().name),
            Whose::Named(names) => f.write_str(names.first().map_or("", |name| name)),
            Whose::All => f.write_str("any class"),
            Whose::With(_) | Whose::WithNamed(_) => {
                f.write_str(self.trait_path().unwrap_or_default())
            }
        }
    }
}

impl fmt::Debug for Of {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a class is called, and what it was called before.
pub(crate) fn names_of(class: &ClassInfo) -> Vec<String> {
    let before = class.renamed_from.iter();
    std::iter::once(&class.name).chain(before).map(ToString::to_string).collect()
}
