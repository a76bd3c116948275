//! What can be wrong with the bytes of a key.

/// Why bytes are not a key of the expected type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFault {
    /// The bytes end inside a component.
    #[error("the key ends in the middle")]
    Truncated,
    /// Something follows the last component.
    #[error("bytes follow the end of the key")]
    Trailing,
    /// No value of this type begins with such a byte.
    #[error("the key holds a byte that its kind doesn't use")]
    Form,
    /// The value is readable, but is not written in its one canonical form.
    #[error("the key isn't in its canonical form")]
    NotCanonical,
    /// The value is none that the Rust type can hold.
    #[error("the key is out of the range of its type")]
    Range,
    /// Text that is not UTF-8.
    #[error("text in the key isn't UTF-8")]
    Utf8,
    /// An enum variant that the program doesn't have.
    #[error("the key names variant {0}, which its enum doesn't have")]
    Variant(u32),
    /// The stored description of a key kind can't be understood.
    #[error("the description of the key's kind can't be understood")]
    Kind,
    /// The value that the key was to be taken from is damaged.
    #[error("the value that the key is taken from isn't well-formed MessagePack")]
    Value,
}
