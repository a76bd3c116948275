//! A field or a variant as it was written, with what its attributes say.

use quote::format_ident;
use syn::{Fields, Ident, Index, Member, Type, Visibility, ext::IdentExt};

use super::constant;
use crate::{
    attr::{Cfgs, FieldOptions, RenameRule, SerdeOptions, hidden},
    errors::Errors,
};

/// One field, of a struct or of a variant.
pub(crate) struct Field {
    pub(crate) member: Member,
    /// Its name on disk, which is the one that serde reads it by.
    pub(crate) name: String,
    pub(crate) vis: Visibility,
    pub(crate) ty: Type,
    /// When the field exists; those of its variant included.
    pub(crate) cfgs: Cfgs,
    /// Attributes in a `cfg_attr`, which can't be seen from here.
    pub(crate) hidden: Vec<syn::Path>,
    pub(crate) options: FieldOptions,
    pub(crate) serde: SerdeOptions,
    /// The number of the variant that it belongs to.
    variant: Option<usize>,
}

/// One variant of an enum.
pub(crate) struct Variant {
    pub(crate) ident: Ident,
    pub(crate) cfgs: Cfgs,
    pub(crate) hidden: Vec<syn::Path>,
    pub(crate) options: FieldOptions,
    pub(crate) serde: SerdeOptions,
    pub(crate) fields: Vec<Field>,
}

impl Field {
    pub(super) fn read_all(
        fields: &Fields,
        rule: RenameRule,
        variant: Option<(usize, &Cfgs)>,
        errors: &mut Errors,
    ) -> Vec<Self> {
        let numbered = fields.iter().enumerate();
        numbered.map(|(number, field)| Self::read(number, field, rule, variant, errors)).collect()
    }

    fn read(
        number: usize,
        field: &syn::Field,
        rule: RenameRule,
        variant: Option<(usize, &Cfgs)>,
        errors: &mut Errors,
    ) -> Self {
        let serde = SerdeOptions::read(&field.attrs);
        let own = match &field.ident {
            Some(name) => rule.apply(&name.unraw().to_string()),
            None => number.to_string(),
        };
        let cfgs = Cfgs::read(&field.attrs);
        Self {
            member: field.ident.clone().map_or_else(|| Index::from(number).into(), Member::Named),
            name: serde.text("rename").map_or(own, str::to_owned),
            vis: field.vis.clone(),
            ty: field.ty.clone(),
            cfgs: variant.map_or_else(|| cfgs.clone(), |(_, outer)| outer.and(&cfgs)),
            hidden: hidden(&field.attrs),
            options: FieldOptions::read(&field.attrs, errors),
            serde,
            variant: variant.map(|(number, _)| number),
        }
    }

    /// The field's own name in Rust, if it has one.
    pub(crate) fn ident(&self) -> Option<&Ident> {
        match &self.member {
            Member::Named(name) => Some(name),
            Member::Unnamed(_) => None,
        }
    }

    /// Whether the field is left out of what is stored.
    pub(crate) fn is_skipped(&self) -> bool {
        self.options.skip.is_some() || self.serde.has("skip")
    }

    /// The name of the constant that is made for the field.
    pub(crate) fn constant(&self) -> Option<Ident> {
        let wanted = self.options.no_const.is_none() && !self.is_skipped();
        self.ident().filter(|_| wanted).and_then(constant::name)
    }

    /// Whether the field belongs to a variant like `Circle { radius: f64 }`.
    pub(crate) fn is_of_named_variant(&self) -> bool {
        self.variant.is_some() && self.ident().is_some()
    }

    /// Whether something beside its type decides how the field is written or read.
    pub(crate) fn has_codec(&self) -> bool {
        self.serde.has_any(&["with", "serialize_with", "deserialize_with", "flatten"])
    }

    /// Names that serde takes for this field's beside its own.
    pub(crate) fn earlier_names(&self) -> impl Iterator<Item = String> {
        let renamed = self.options.renamed_from.iter().map(syn::LitStr::value);
        renamed.chain(self.serde.texts("alias").map(str::to_owned))
    }

    /// The name of the generated function that makes this field's default value.
    pub(crate) fn default_fn(&self) -> Ident {
        let field = match &self.member {
            Member::Named(name) => name.unraw().to_string(),
            Member::Unnamed(index) => index.index.to_string(),
        };
        match &self.variant {
            Some(variant) => format_ident!("__db0_default_{}_{}", variant, field),
            None => format_ident!("__db0_default_{}", field),
        }
    }
}

impl Variant {
    pub(super) fn read(number: usize, variant: &syn::Variant, errors: &mut Errors) -> Self {
        let cfgs = Cfgs::read(&variant.attrs);
        let place = Some((number, &cfgs));
        Self {
            ident: variant.ident.clone(),
            hidden: hidden(&variant.attrs),
            options: FieldOptions::read(&variant.attrs, errors),
            serde: SerdeOptions::read(&variant.attrs),
            fields: Field::read_all(&variant.fields, RenameRule::Keep, place, errors),
            cfgs,
        }
    }
}
