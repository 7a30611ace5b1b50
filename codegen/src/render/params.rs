//! Objects in requests: structs with a setter for each field.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{docs, ident, structure, ty};
use crate::plan::{Given, ModulePath, Param, Params, Type};

pub fn render(item: &Params, here: &ModulePath) -> TokenStream {
    let docs_of = docs(&item.docs);
    let name = ident(&item.name);
    let fields = fields(&item.fields, here);
    let table = structure::table(item.fields.iter().map(|param| &param.field));
    let required = item.fields.iter().any(|param| param.required);
    let arguments = arguments(&item.fields, here);
    let initial = initial(quote!(Self), &item.fields);
    let setters = setters(&item.fields, here);
    let what = if required { " With what is required." } else { " With nothing set." };
    // What takes no arguments is not generic, and would be compiled here, used or not.
    let inline = (!required).then(|| quote!(#[inline]));
    let default = (!required).then(|| quote!(rt::default!(#name);));
    quote! {
        #docs_of
        pub struct #name {
            #(#fields),*
        }
        rt::object!(#name { #table });
        #default
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

pub fn fields(params: &[Param], here: &ModulePath) -> impl Iterator<Item = TokenStream> {
    params.iter().map(|param| {
        let name = ident(&param.field.ident);
        let ty = ty::render(&param.field.ty, here);
        quote!(#name: #ty)
    })
}

/// The arguments for what is required.
pub fn arguments(params: &[Param], here: &ModulePath) -> impl Iterator<Item = TokenStream> {
    params.iter().filter(|param| param.required).map(|param| {
        let name = ident(&param.field.ident);
        let ty = ty::argument(&param.given, here);
        quote!(#name: #ty)
    })
}

/// A struct expression: what is required from the arguments, the rest empty.
pub fn initial(name: TokenStream, params: &[Param]) -> TokenStream {
    let required: Vec<&Param> = params.iter().filter(|param| param.required).collect();
    if required.is_empty() {
        return quote!(rt::empty());
    }
    let fields = required.iter().map(|param| {
        let name = ident(&param.field.ident);
        let value = converted(param);
        quote!(#name: #value)
    });
    let rest = (required.len() < params.len()).then(|| quote!(..rt::empty()));
    quote!(#name { #(#fields,)* #rest })
}

/// A setter for each field that is not required.
pub fn setters(params: &[Param], here: &ModulePath) -> impl Iterator<Item = TokenStream> {
    params.iter().filter(|param| !param.required).map(move |param| {
        let docs = docs(&param.field.docs);
        let name = ident(&param.field.ident);
        let ty = ty::argument(&param.given, here);
        let set = setting(param);
        quote! {
            #docs
            pub fn #name(mut self, #name: #ty) -> Self {
                rt::#set(&mut self.#name, #name);
                self
            }
        }
    })
}

/// The function of the runtime that puts an argument into its field.
fn setting(param: &Param) -> Ident {
    match (&param.given, &param.field.ty) {
        (Given::Items(_), _) => ident("set_items"),
        (_, Type::Option(inner)) if matches!(**inner, Type::Boxed(_)) => ident("set_boxed"),
        _ => ident("set"),
    }
}

/// The argument as the type of its field.
fn converted(param: &Param) -> TokenStream {
    let name = ident(&param.field.ident);
    match param.given {
        Given::Into(_) => quote!(#name.into()),
        Given::Items(_) => quote!(rt::items(#name)),
    }
}
