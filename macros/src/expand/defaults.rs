//! The functions behind `#[db0(default = expr)]`, which serde calls.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::{
    ast::{Class, Field},
    attr::DefaultValue,
};

/// One inherent block with the functions; nothing when there are none.
pub(super) fn expand(class: &Class) -> Option<TokenStream> {
    let name = &class.item.ident;
    let functions: Vec<_> = class.all_fields().filter_map(function).collect();
    (!functions.is_empty()).then(|| {
        quote! {
            #[automatically_derived]
            #[allow(dead_code, deprecated, non_snake_case, clippy::unnecessary_wraps)]
            impl #name {
                #(#functions)*
            }
        }
    })
}

fn function(field: &Field) -> Option<TokenStream> {
    let default = field.options.default.as_ref()?;
    let value = value(default)?;
    let (cfgs, ty, name) = (&field.cfgs, &field.ty, field.default_fn());
    Some(quote! {
        #cfgs
        fn #name() -> #ty {
            #value
        }
    })
}

fn value(default: &DefaultValue) -> Option<TokenStream> {
    let value = default.value.as_ref()?;
    // So that `default = "unknown"` does for a `String`.
    let into = quote_spanned!(Span::call_site().located_at(value.span())=> ::core::convert::Into::into(#value));
    Some(if default.is_text() { into } else { quote!(#value) })
}
