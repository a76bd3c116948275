//! `#[derive(db0::Tag)]`: the values of an enum without fields as tags.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Attribute, Data, DeriveInput, Fields, Ident, LitStr, Path, Result, Variant, ext::IdentExt,
    parse::ParseStream,
};

use crate::{attr, attr::list, errors::Errors};

/// What `#[db0(…)]` says of the enum or of a variant.
#[derive(Default)]
struct Options {
    name: Option<LitStr>,
    krate: Option<Path>,
}

/// Reads, checks and writes; with mistakes, the implementation is still there.
pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let options = Options::read(&input.attrs, &["name", "crate"], &mut errors);
    let variants = variants(input, &mut errors);
    if !input.generics.params.is_empty() {
        errors.add(
            &input.generics.params,
            "a tag stands for itself alone: the enum takes no parameters",
        );
        return errors.into_tokens();
    }
    let arms = arms(&variants, &mut errors);
    let implementation = implementation(input, &options, &arms, errors.is_empty());
    let errors = errors.into_tokens();
    quote!(#errors #implementation)
}

impl Options {
    fn read(attrs: &[Attribute], known: &[&str], errors: &mut Errors) -> Self {
        let mut options = Self::default();
        list::read_all(attrs, errors, |key, input| options.one(key, input, known));
        if let Some(name) = options.name.as_ref().filter(|name| name.value().is_empty()) {
            errors.add(name, "a tag's name can't be empty");
        }
        options
    }

    fn one(&mut self, key: &Ident, input: ParseStream<'_>, known: &[&str]) -> Result<()> {
        match key.to_string().as_str() {
            "name" => list::text(&mut self.name, key, input),
            "crate" if known.contains(&"crate") => attr::krate(&mut self.krate, key, input),
            _ => Err(list::unknown(key, known)),
        }
    }

    fn name_or(&self, ident: &Ident) -> String {
        self.name.as_ref().map_or_else(|| ident.unraw().to_string(), LitStr::value)
    }
}

fn variants<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Vec<&'a Variant> {
    let Data::Enum(data) = &input.data else {
        errors.add(
            &input.ident,
            "only an enum can be a tag: a struct that persists is one by itself",
        );
        return Vec::new();
    };
    if data.variants.is_empty() {
        errors.add(&input.ident, "an enum without variants has no values to tag with");
    }
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            errors.add(
                &variant.fields,
                "a variant with fields can't be a tag: its name is all there is",
            );
        }
    }
    data.variants.iter().collect()
}

/// Each variant with the name that identifies it.
fn arms<'a>(variants: &[&'a Variant], errors: &mut Errors) -> Vec<(&'a Ident, String)> {
    let mut known = HashMap::new();
    let mut arms = Vec::with_capacity(variants.len());
    for variant in variants {
        let options = Options::read(&variant.attrs, &["name"], errors);
        let name = options.name_or(&variant.ident);
        if let Some(twin) = known.insert(name.clone(), &variant.ident) {
            errors.add(&variant.ident, format!("`{twin}` is the tag {name:?} already"));
        }
        arms.push((&variant.ident, name));
    }
    arms
}

fn implementation(
    input: &DeriveInput,
    options: &Options,
    arms: &[(&Ident, String)],
    sound: bool,
) -> TokenStream {
    let ident = &input.ident;
    let krate = options.krate.clone().unwrap_or_else(|| syn::parse_quote!(::db0));
    let name = options.name_or(ident);
    let variant = if sound {
        let arms = arms.iter().map(|(variant, name)| quote!(Self::#variant => #name));
        quote!(match self { #(#arms),* })
    } else {
        quote!(::core::unreachable!())
    };
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl #krate::plumbing::EnumTag for #ident {
            const TYPE: &'static str = #name;

            fn variant(&self) -> &'static str {
                #variant
            }
        }
        #krate::plumbing::tag_impls!(#ident);
    }
}
