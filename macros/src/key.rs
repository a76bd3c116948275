//! `#[derive(db0::Key)]`: structs and enums as keys, field after field.

use proc_macro2::{Ident, Literal, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::{
    Attribute, Data, DataEnum, DeriveInput, Expr, ExprLit, ExprUnary, Fields, Lit, Member, Path,
    Token, Type, UnOp, spanned::Spanned,
};

use crate::{attr, attr::list, errors::Errors};

/// Reads, checks and writes; where there can be an implementation, it is there beside the mistakes.
pub(crate) fn derive(input: DeriveInput) -> TokenStream {
    let DeriveInput { attrs, ident, generics, data, .. } = input;
    let mut errors = Errors::default();
    let krate = krate(&attrs, &mut errors);
    let is_plain = generics.params.is_empty();
    if !is_plain {
        errors.add(&generics.params, "a key's bytes are those of one type: it takes no parameters");
    }
    let implementation = match &data {
        Data::Struct(data) => {
            refuse_options(&data.fields, &mut errors);
            Some(of_struct(&krate, &ident, &parts(&data.fields)))
        }
        Data::Enum(data) => {
            check_enum(data, &mut errors);
            Some(of_enum(&krate, &ident, data))
        }
        Data::Union(data) => {
            errors.add(
                data.union_token,
                "which field of a union holds can't be known: write an enum",
            );
            None
        }
    };
    let implementation = implementation.filter(|_| is_plain);
    let errors = errors.into_tokens();
    quote!(#errors #implementation)
}

/// Where the runtime is reached.
fn krate(attrs: &[Attribute], errors: &mut Errors) -> Path {
    let mut krate = None;
    read_options(attrs, &["crate", "name"], errors, |key, input| {
        attr::krate(&mut krate, key, input)
    });
    krate.unwrap_or_else(|| syn::parse_quote!(::db0))
}

/// Reads `#[db0(…)]`. `name` is passed over: it is the tag's, where a type is both.
fn read_options(
    attrs: &[Attribute],
    known: &[&str],
    errors: &mut Errors,
    mut read: impl FnMut(&Ident, syn::parse::ParseStream<'_>) -> syn::Result<()>,
) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("db0")) {
        match attr.meta.require_list() {
            Ok(meta) => list::read(meta.tokens.clone(), errors, |key, input| {
                match key.to_string().as_str() {
                    name if !known.contains(&name) => Err(syn::Error::new_spanned(
                        key,
                        format!("unknown option `{key}`: the derive of keys has none here"),
                    )),
                    "name" => {
                        while !input.is_empty() && !input.peek(Token![,]) {
                            input.parse::<TokenTree>()?;
                        }
                        Ok(())
                    }
                    _ => read(key, input),
                }
            }),
            Err(error) => errors.absorb(error),
        }
    }
}

fn refuse_options(fields: &Fields, errors: &mut Errors) {
    for field in fields {
        read_options(&field.attrs, &[], errors, |_, _| Ok(()));
    }
}

fn check_enum(data: &DataEnum, errors: &mut Errors) {
    let mut before = None;
    for variant in &data.variants {
        read_options(&variant.attrs, &["name"], errors, |_, _| Ok(()));
        refuse_options(&variant.fields, errors);
        let number = match &variant.discriminant {
            Some((_, number)) => literal(number),
            None => before.map_or(Some(0), |before: Option<i128>| before?.checked_add(1)),
        };
        if let (Some((_, shown)), Some(number), Some(Some(before))) =
            (&variant.discriminant, number, before)
            && number < before
        {
            errors.add(
                shown,
                "`Ord` follows these numbers, and keys the order of declaration: declare the variants by rising numbers",
            );
        }
        before = Some(number);
    }
}

/// The value of a number that is written out.
fn literal(number: &Expr) -> Option<i128> {
    match number {
        Expr::Lit(ExprLit { lit: Lit::Int(digits), .. }) => digits.base10_parse().ok(),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => Some(-literal(expr)?),
        _ => None,
    }
}

/// One field of a struct or a variant.
struct Part<'a> {
    member: Member,
    /// What it is bound to in patterns.
    name: Ident,
    ty: &'a Type,
}

fn parts(fields: &Fields) -> Vec<Part<'_>> {
    let members = fields.members().zip(fields).enumerate();
    members
        .map(|(at, (member, field))| Part {
            member,
            name: format_ident!("part_{at}"),
            ty: &field.ty,
        })
        .collect()
}

/// What stands for each field in the functions of the trait; on the type's own place, so that a
/// field that is no key is one mistake there.
struct Code {
    /// `{ member: name, … }`
    pattern: TokenStream,
    kinds: TokenStream,
    writes: TokenStream,
    /// `{ member: value, … }`
    reads: TokenStream,
    nulls: Vec<TokenStream>,
}

impl Code {
    fn new(krate: &Path, parts: &[Part<'_>]) -> Self {
        let members: Vec<_> = parts.iter().map(|part| &part.member).collect();
        let names = parts.iter().map(|part| &part.name);
        let on_type = |tokens: fn(&TokenStream, &Ident) -> TokenStream| {
            parts.iter().map(move |part| {
                let ty = part.ty;
                tokens(&quote_spanned!(ty.span()=> <#ty as #krate::plumbing::Key>), &part.name)
            })
        };
        let kinds = on_type(|key, _| quote!(#key::kind()));
        let writes = on_type(|key, name| quote!(#key::write_key(#name, out);));
        let reads = on_type(|key, _| quote!(#key::read_key(input)?));
        Self {
            pattern: quote!({ #(#members: #names),* }),
            kinds: quote!(::std::vec![#(#kinds),*]),
            writes: quote!(#(#writes)*),
            reads: quote!({ #(#members: #reads),* }),
            nulls: on_type(|key, name| quote!(#key::is_null(#name))).collect(),
        }
    }
}

fn of_struct(krate: &Path, ident: &Ident, parts: &[Part<'_>]) -> TokenStream {
    let Code { pattern, kinds, writes, reads, nulls } = Code::new(krate, parts);
    let is_null = (!nulls.is_empty()).then(|| {
        quote! {
            fn is_null(&self) -> bool {
                let Self #pattern = self;
                #(#nulls)||*
            }
        }
    });
    implement(
        krate,
        ident,
        &quote!(Struct(#kinds)),
        &quote! {
            let Self #pattern = self;
            #writes
        },
        &quote!(::core::result::Result::Ok(Self #reads)),
        is_null.as_ref(),
    )
}

fn of_enum(krate: &Path, ident: &Ident, data: &DataEnum) -> TokenStream {
    let door = quote!(#krate::plumbing);
    let (mut kinds, mut writes, mut reads) = (Vec::new(), Vec::new(), Vec::new());
    for (number, variant) in data.variants.iter().enumerate() {
        let (name, number) = (&variant.ident, Literal::usize_unsuffixed(number));
        let code = Code::new(krate, &parts(&variant.fields));
        let Code { pattern, writes: fields, reads: values, .. } = code;
        kinds.push(code.kinds);
        writes.push(quote! {
            Self::#name #pattern => {
                <u32 as #door::Key>::write_key(&#number, out);
                #fields
            }
        });
        reads.push(quote!(#number => ::core::result::Result::Ok(Self::#name #values),));
    }
    implement(
        krate,
        ident,
        &quote!(Enum(::std::vec![#(#kinds),*])),
        &match writes.as_slice() {
            [] => quote!(match *self {}),
            writes => quote!(match self { #(#writes)* }),
        },
        &quote! {
            match <u32 as #door::Key>::read_key(input)? {
                #(#reads)*
                other => ::core::result::Result::Err(#door::KeyFault::Variant(other)),
            }
        },
        None,
    )
}

fn implement(
    krate: &Path,
    ident: &Ident,
    kind: &TokenStream,
    write: &TokenStream,
    read: &TokenStream,
    is_null: Option<&TokenStream>,
) -> TokenStream {
    let door = quote!(#krate::plumbing);
    quote! {
        #[automatically_derived]
        #[allow(deprecated, unused_variables)]
        impl #door::Key for #ident {
            fn kind() -> #door::KeyKind {
                #door::KeyKind::#kind
            }

            fn write_key(&self, out: &mut ::std::vec::Vec<u8>) {
                #write
            }

            fn read_key(
                input: &mut #door::KeyReader<'_>,
            ) -> ::core::result::Result<Self, #door::KeyFault> {
                #read
            }

            #is_null
        }
        #door::key_impls!(#ident);
    }
}

#[cfg(test)]
mod tests;
