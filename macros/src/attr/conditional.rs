//! `#[cfg]` on a part of a type: what is generated for the part must come and go with it.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, Meta, Path, Result, Token, parse::ParseStream, punctuated::Punctuated};

/// The `#[cfg(…)]` attributes of a field, together with those of its variant.
#[derive(Default, Clone)]
pub(crate) struct Cfgs(Vec<Attribute>);

impl Cfgs {
    pub(crate) fn read(attrs: &[Attribute]) -> Self {
        Self(attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned().collect())
    }

    pub(crate) fn and(&self, others: &Self) -> Self {
        Self(self.0.iter().chain(&others.0).cloned().collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The attributes as one condition, to be asked with `cfg!`.
    pub(crate) fn condition(&self) -> TokenStream {
        let conditions =
            self.0.iter().filter_map(|attr| Some(&attr.meta.require_list().ok()?.tokens));
        quote!(all(#(#conditions),*))
    }
}

impl ToTokens for Cfgs {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for attr in &self.0 {
            attr.to_tokens(tokens);
        }
    }
}

/// Attributes of a part that only a `cfg_attr` would bring out, and that a macro can't see yet.
pub(crate) fn hidden(attrs: &[Attribute]) -> Vec<Path> {
    let ours = |path: &Path| ["cfg", "db0", "serde"].iter().any(|name| path.is_ident(name));
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident("cfg_attr"))
        .filter_map(|attr| attr.parse_args_with(behind_condition).ok())
        .flatten()
        .map(|meta| meta.path().clone())
        .filter(ours)
        .collect()
}

fn behind_condition(input: ParseStream<'_>) -> Result<Punctuated<Meta, Token![,]>> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    input.parse::<Option<Token![,]>>()?;
    Punctuated::parse_terminated(input)
}
