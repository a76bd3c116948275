//! What is wrong with a value or its bytes, and where in it.

use std::{borrow::Cow, fmt, fmt::Write};

/// Why a value can't be encoded or decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The way from the outermost value to the one at fault, like `address.lines[2]`; empty when
    /// it is the value as a whole.
    pub path: String,
    /// What is wrong, as a sentence without a full stop.
    pub why: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.why)
        } else {
            write!(f, "{}: {}", self.path, self.why)
        }
    }
}

impl std::error::Error for Fault {}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// A struct's field.
    Field(Cow<'static, str>),
    /// An element's position.
    Index(usize),
    /// A map's key, as text.
    Key(String),
}

/// A fault on its way out of serde: steps are added from the inside.
///
/// Boxed, so that the results which every single value returns are one word.
#[derive(Debug)]
pub(crate) struct Error(Box<Trail>);

#[derive(Debug)]
struct Trail {
    why: String,
    steps: Vec<Step>,
}

impl Error {
    #[cold]
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(Box::new(Trail { why: why.into(), steps: Vec::new() }))
    }

    #[cold]
    pub(crate) fn too_deep() -> Self {
        Self::new(format!("nesting over {}", super::DEPTH_MAX))
    }

    #[cold]
    pub(crate) fn at(mut self, step: Step) -> Self {
        self.0.steps.push(step);
        self
    }

    #[cold]
    pub(crate) fn at_field(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.at(Step::Field(name.into()))
    }

    #[cold]
    pub(crate) fn at_index(self, index: usize) -> Self {
        self.at(Step::Index(index))
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let mut path = String::new();
        for step in error.0.steps.iter().rev() {
            match step {
                Step::Field(name) if path.is_empty() => path.push_str(name),
                // Writing to a String can't fail.
                Step::Field(name) => drop(write!(path, ".{name}")),
                Step::Index(index) => drop(write!(path, "[{index}]")),
                Step::Key(key) => drop(write!(path, "[{key}]")),
            }
        }
        Self { path, why: error.0.why }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.why)
    }
}

impl std::error::Error for Error {}

impl serde::ser::Error for Error {
    #[cold]
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}

impl serde::de::Error for Error {
    #[cold]
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}

impl From<rmp_serde::encode::Error> for Error {
    #[cold]
    fn from(error: rmp_serde::encode::Error) -> Self {
        Self::new(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_from_the_outside_in() {
        let error = Error::new("too long")
            .at_index(2)
            .at_field("lines")
            .at(Step::Key("\"a\"".into()))
            .at_field("address");
        let fault = Fault::from(error);
        assert_eq!(fault.to_string(), "address[\"a\"].lines[2]: too long");
        assert_eq!(Fault::from(Error::new("empty")).to_string(), "empty");
    }

    #[test]
    fn results_stay_one_word() {
        assert_eq!(size_of::<Result<(), Error>>(), size_of::<usize>());
    }
}
