//! Objects in requests: names for lists of parameters, with a setter for each.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, ident, ty};
use crate::model::{Place, Style};
use crate::plan::{Given, Param, Params};

pub fn render(item: &Params, here: &[String]) -> TokenStream {
    let docs_of = docs(&item.docs);
    let name = ident(&item.name);
    let required = item.fields.iter().any(|param| param.required);
    let arguments = arguments(&item.fields, here);
    let initial = initial(quote!(Self), &item.fields, here);
    let setters = setters(&item.fields, here);
    let what = if required { " With what is required." } else { " With nothing set." };
    // What takes no arguments is not generic, and would be compiled here, used or not.
    let inline = (!required).then(|| quote!(#[inline]));
    let default = (!required).then(|| quote!(Default));
    quote! {
        #docs_of
        pub struct #name(rt::Params);
        rt::params!(#name #default);
        impl #name {
            #[doc = #what]
            #inline
            pub fn new(#(#arguments),*) -> Self {
                #initial
            }
            #(#setters)*
        }
    }
}

/// The arguments for what is required.
pub fn arguments(params: &[Param], here: &[String]) -> impl Iterator<Item = TokenStream> {
    params.iter().filter(|param| param.required).map(|param| {
        let name = ident(&param.ident);
        let ty = ty::argument(&param.given, here);
        quote!(#name: #ty)
    })
}

/// A struct expression, with what is required from the arguments.
pub fn initial(name: TokenStream, params: &[Param], here: &[String]) -> TokenStream {
    let required = params.iter().filter(|param| param.required).map(|param| giving(param, here));
    quote!(#name(rt::Params::new() #(#required)*))
}

/// A setter for each field that is not required.
pub fn setters(params: &[Param], here: &[String]) -> impl Iterator<Item = TokenStream> {
    params.iter().filter(|param| !param.required).map(move |param| {
        let docs = docs(&param.docs);
        let name = ident(&param.ident);
        let ty = ty::argument(&param.given, here);
        let giving = giving(param, here);
        let deprecated = param.refused.as_ref().map(|note| quote!(#[deprecated(note = #note)]));
        quote! {
            #docs
            #deprecated
            pub fn #name(self, #name: #ty) -> Self {
                Self(self.0 #giving)
            }
        }
    })
}

/// The call that gives the argument of the same name.
fn giving(param: &Param, here: &[String]) -> TokenStream {
    let name = ident(&param.ident);
    let wire = &param.wire;
    let place = param.place.map(|place| match place {
        Place::Path => "PATH",
        Place::Query => "QUERY",
        Place::Header => "HEADER",
    });
    let is_plain = wire.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    let others = [
        param.secret.then_some("SECRET"),
        param.personal.then_some("PERSONAL"),
        (!is_plain).then_some("RESERVED_NAME"),
    ];
    let style = match param.style {
        Style::Brackets => None,
        Style::Repeated => Some("REPEATED"),
        Style::Joined => Some("JOINED"),
        Style::Whole => Some("WHOLE"),
    };
    let flags: Vec<_> =
        place.into_iter().chain(others.into_iter().flatten()).chain(style).map(ident).collect();
    let flags = (!flags.is_empty()).then(|| quote!(#(rt::Param::#flags)|*,));
    let (method, ty) = match (&param.given, &flags) {
        (Given::Into(ty), None) => ("with", ty),
        (Given::Into(ty), Some(_)) => ("with_flags", ty),
        (Given::Items(ty), None) => ("with_items", ty),
        (Given::Items(ty), Some(_)) => ("with_items_flags", ty),
    };
    let method = ident(method);
    let ty = ty::render(ty, here);
    quote!(.#method::<#ty>(#flags #wire, #name))
}
