//! The user's type itself: db0's attributes taken off, serde's put on.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    Attribute, Data, DeriveInput, LitStr, Meta, Path, Token, parse_quote, punctuated::Punctuated,
};

use crate::{
    ast::{Class, Field, Variant},
    attr::DefaultValue,
    check::is_memo,
    text,
};

/// What the class's own derives bring.
const DERIVED: [&str; 3] = ["Clone", "Serialize", "Deserialize"];

/// The type with the derives that a class needs.
pub(super) fn expand(class: &Class) -> TokenStream {
    let mut item = class.item.clone();
    strip(&mut item, &["db0"]);
    for (field, read) in fields(&mut item).into_iter().zip(class.all_fields()) {
        field.attrs.extend(serde_field(class, read));
    }
    if let Data::Enum(data) = &mut item.data {
        for (variant, read) in data.variants.iter_mut().zip(class.variants()) {
            variant.attrs.extend(serde_variant(read));
        }
    }
    let krate = class.krate();
    let serde = quote!(#krate::plumbing::serde);
    let serde_path = text::of(&serde);
    quote! {
        #[derive(::core::clone::Clone, #serde::Serialize, #serde::Deserialize)]
        #[serde(crate = #serde_path)]
        #item
    }
}

/// The type alone, without anything that asks for a derive of serde's.
pub(crate) fn bare(class: &Class) -> TokenStream {
    let mut item = class.item.clone();
    strip(&mut item, &["db0", "serde", "repr", "cfg_attr"]);
    item.attrs.retain(|attr| !is_memo(attr.path()));
    item.into_token_stream()
}

/// Takes the attributes of these names off everything, and the class's own derives off the type.
fn strip(item: &mut DeriveInput, names: &[&str]) {
    let keep = |attr: &Attribute| !names.iter().any(|name| attr.path().is_ident(name));
    item.attrs.retain(keep);
    item.attrs = std::mem::take(&mut item.attrs).into_iter().filter_map(other_derives).collect();
    for field in fields(item) {
        field.attrs.retain(keep);
    }
    if let Data::Enum(data) = &mut item.data {
        for variant in &mut data.variants {
            variant.attrs.retain(keep);
        }
    }
}

/// A list of derives without those that the class brings itself.
fn other_derives(mut attr: Attribute) -> Option<Attribute> {
    if !attr.path().is_ident("derive") {
        return Some(attr);
    }
    let Meta::List(list) = &mut attr.meta else { return Some(attr) };
    let parser = Punctuated::<Path, Token![,]>::parse_terminated;
    let Ok(derives) = syn::parse::Parser::parse2(parser, list.tokens.clone()) else {
        return Some(attr);
    };
    let others: Vec<_> = derives.into_iter().filter(|path| !is_derived(path)).collect();
    list.tokens = quote!(#(#others),*);
    (!others.is_empty()).then_some(attr)
}

/// `Serialize`, `serde::Serialize`, `::serde::Serialize`, `std::clone::Clone`; but not `rkyv::Serialize`.
fn is_derived(path: &Path) -> bool {
    let Some(last) = path.segments.last() else { return false };
    let home = ["serde", "serde_derive", "std", "core"];
    DERIVED.iter().any(|name| last.ident == name)
        && (path.segments.len() == 1
            || path.segments.iter().any(|segment| home.iter().any(|name| segment.ident == name)))
}

/// Every field of a type, those of variants included.
pub(crate) fn fields(item: &mut DeriveInput) -> Vec<&mut syn::Field> {
    match &mut item.data {
        Data::Struct(data) => data.fields.iter_mut().collect(),
        Data::Enum(data) => {
            data.variants.iter_mut().flat_map(|variant| &mut variant.fields).collect()
        }
        Data::Union(_) => Vec::new(),
    }
}

fn serde_field(class: &Class, field: &Field) -> Vec<Attribute> {
    let mut attrs = aliases(&field.options.renamed_from);
    if let Some(default) = &field.options.default {
        attrs.push(serde_default(class, field, default));
    }
    if field.options.skip.is_some() && !field.serde.has("skip") {
        attrs.push(parse_quote!(#[serde(skip)]));
    }
    attrs
}

fn serde_default(class: &Class, field: &Field, default: &DefaultValue) -> Attribute {
    if default.value.is_none() {
        return parse_quote!(#[serde(default)]);
    }
    let path = format!("{}::{}", class.item.ident, field.default_fn());
    let path = LitStr::new(&path, class.item.ident.span());
    parse_quote!(#[serde(default = #path)])
}

fn serde_variant(variant: &Variant) -> Vec<Attribute> {
    aliases(&variant.options.renamed_from)
}

fn aliases(earlier: &[LitStr]) -> Vec<Attribute> {
    earlier.iter().map(|name| parse_quote!(#[serde(alias = #name)])).collect()
}
