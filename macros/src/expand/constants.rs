//! `Person::AGE`: a constant for each field, with the field's visibility.

use proc_macro2::TokenStream;
use quote::quote;

use super::ordinal::ordinal;
use crate::ast::{Class, Field};

/// One inherent block with the constants; nothing when there are none.
pub(crate) fn expand(class: &Class) -> Option<TokenStream> {
    let name = &class.item.ident;
    let constants: Vec<_> = class.stored().filter_map(|field| constant(class, field)).collect();
    (!constants.is_empty()).then(|| {
        quote! {
            #[automatically_derived]
            #[allow(dead_code, deprecated, private_interfaces, unreachable_pub)]
            impl #name {
                #(#constants)*
            }
        }
    })
}

fn constant(class: &Class, field: &Field) -> Option<TokenStream> {
    let constant = field.constant()?;
    let (krate, ordinal) = (class.krate(), ordinal(class, field));
    let Field { cfgs, vis, ty, name, member, .. } = field;
    let doc = format!("The field `{name}`, for conditions, sorting and grouping.");
    Some(quote! {
        #cfgs
        #[doc = #doc]
        #vis const #constant: #krate::Field<Self, #ty> =
            #krate::Field::new(#name, #ordinal, |this| &this.#member);
    })
}
