//! The type itself: what it consists of, and the options beside it.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Data, DeriveInput, Fields, Item, Path, ext::IdentExt};

use super::field::{Field, Variant};
use crate::{
    attr::{ClassOptions, RenameRule, SerdeOptions},
    errors::Errors,
};

/// A type under `#[db0::memo]`.
pub(crate) struct Class {
    pub(crate) item: DeriveInput,
    pub(crate) options: ClassOptions,
    pub(crate) serde: SerdeOptions,
    pub(crate) body: Body,
}

/// What the type consists of.
pub(crate) enum Body {
    Struct(Shape, Vec<Field>),
    Enum(Vec<Variant>),
}

/// How a struct was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    Named,
    Tuple,
    Newtype,
    Unit,
}

impl Class {
    /// Reads a struct or an enum; anything else is a mistake that leaves nothing to work with.
    pub(crate) fn read(args: TokenStream, item: TokenStream, errors: &mut Errors) -> Option<Self> {
        let options = ClassOptions::read(args, errors);
        let item = match syn::parse2::<Item>(item) {
            Ok(Item::Struct(item)) => DeriveInput::from(item),
            Ok(Item::Enum(item)) => DeriveInput::from(item),
            Ok(other) => {
                errors.add(keyword(&other), "only structs and enums can be persistent classes");
                return None;
            }
            Err(error) => {
                errors.absorb(error);
                return None;
            }
        };
        let serde = SerdeOptions::read(&item.attrs);
        let body = Body::read(&item, &serde, errors);
        Some(Self { item, options, serde, body })
    }

    /// The class's name on disk.
    pub(crate) fn name(&self) -> String {
        match &self.options.name {
            Some(name) => name.value(),
            None => self.item.ident.unraw().to_string(),
        }
    }

    /// The path that generated code starts from: `::db0`, if the user says nothing else.
    pub(crate) fn krate(&self) -> Path {
        self.options.krate.clone().unwrap_or_else(|| syn::parse_quote!(::db0))
    }

    /// The fields of a struct; an enum has none of its own.
    pub(crate) fn fields(&self) -> &[Field] {
        match &self.body {
            Body::Struct(_, fields) => fields,
            Body::Enum(_) => &[],
        }
    }

    /// The variants of an enum; a struct has none.
    pub(crate) fn variants(&self) -> &[Variant] {
        match &self.body {
            Body::Struct(..) => &[],
            Body::Enum(variants) => variants,
        }
    }

    /// Every field there is, those of variants included.
    pub(crate) fn all_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields().iter().chain(self.variants().iter().flat_map(|variant| &variant.fields))
    }

    /// The fields that are encoded.
    pub(crate) fn stored(&self) -> impl Iterator<Item = &Field> {
        self.fields().iter().filter(|field| !field.is_skipped())
    }
}

impl Body {
    fn read(item: &DeriveInput, serde: &SerdeOptions, errors: &mut Errors) -> Self {
        match &item.data {
            Data::Struct(data) => {
                let rule = RenameRule::read(serde.text("rename_all"));
                Self::Struct(
                    Shape::of(&data.fields),
                    Field::read_all(&data.fields, rule, None, errors),
                )
            }
            Data::Enum(data) => {
                let variants = data.variants.iter().enumerate();
                Self::Enum(
                    variants
                        .map(|(number, variant)| Variant::read(number, variant, errors))
                        .collect(),
                )
            }
            Data::Union(_) => unreachable!("only structs and enums are read"),
        }
    }
}

impl Shape {
    fn of(fields: &Fields) -> Self {
        match fields {
            Fields::Named(_) => Self::Named,
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => Self::Newtype,
            Fields::Unnamed(_) => Self::Tuple,
            Fields::Unit => Self::Unit,
        }
    }
}

/// The word that says what an item is, to put the error on.
fn keyword(item: &Item) -> TokenStream {
    let word: &dyn ToTokens = match item {
        Item::Fn(item) => &item.sig.ident,
        Item::Impl(item) => &item.impl_token,
        Item::Mod(item) => &item.mod_token,
        Item::Trait(item) => &item.trait_token,
        Item::Type(item) => &item.type_token,
        Item::Union(item) => &item.union_token,
        other => other,
    };
    word.to_token_stream()
}
