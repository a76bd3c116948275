//! What is wrong with a value or its bytes, and where in it.

use std::{borrow::Cow, fmt, fmt::Write};

use serde::de::{Expected, Unexpected};

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

/// What is stored is nobody's who reads messages and logs: these tell of which kind it is, and where.
impl serde::de::Error for Error {
    #[cold]
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    #[cold]
    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("invalid type: {}, expected {expected}", kind_of(found)))
    }

    #[cold]
    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("invalid value: {}, expected {expected}", kind_of(found)))
    }
}

fn kind_of(found: Unexpected<'_>) -> String {
    // What has a value tells it in such quotes, behind its kind.
    let told = found.to_string();
    let kind = match found {
        Unexpected::Str(_) => "string",
        _ => told.split('`').next().unwrap_or_default().trim_end(),
    };
    kind.to_owned()
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
    fn what_is_found_is_told_without_its_value() {
        use serde::de::Error as _;
        let secrets = [
            (Unexpected::Str("`secret`"), "string"),
            (Unexpected::Unsigned(4711), "integer"),
            (Unexpected::Signed(-4711), "integer"),
            (Unexpected::Float(47.11), "floating point"),
            (Unexpected::Char('§'), "character"),
            (Unexpected::Bool(true), "boolean"),
            (Unexpected::Bytes(b"secret"), "byte array"),
            // As serde has it for 128 bits.
            (Unexpected::Other("integer `4711` as i128"), "integer"),
            (Unexpected::Other("a made-up thing"), "a made-up thing"),
            (Unexpected::Map, "map"),
        ];
        for (found, kind) in secrets {
            let told = Error::invalid_type(found, &"u8").to_string();
            assert_eq!(told, format!("invalid type: {kind}, expected u8"));
            let told = Error::invalid_value(found, &"u8").to_string();
            assert_eq!(told, format!("invalid value: {kind}, expected u8"));
        }
    }

    #[test]
    fn results_stay_one_word() {
        assert_eq!(size_of::<Result<(), Error>>(), size_of::<usize>());
    }
}
