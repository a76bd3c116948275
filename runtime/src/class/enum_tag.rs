//! Enums whose values are tags.

/// An enum without fields whose values tag objects: made by `#[derive(db0::Tag)]`.
///
/// Type and variant together are the tag's identity, so that `Color::Red` and `Light::Red` differ.
#[diagnostic::on_unimplemented(
    message = "the values of `{Self}` are not tags",
    label = "put #[derive(db0::Tag)] on this enum"
)]
pub trait EnumTag {
    /// The type's part of the identity.
    const TYPE: &'static str;

    /// The variant's part of the identity.
    fn variant(&self) -> &'static str;
}
