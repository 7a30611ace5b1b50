//! Requests: structs that know how they go over the wire.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::{docs, ident, params, ty};
use crate::model::{Encoding, Host, Method};
use crate::plan::{Request, Type};

pub fn render(item: &Request, here: &[String]) -> TokenStream {
    let docs = docs(&item.docs);
    let name = ident(&item.name);
    let setters: Vec<_> = params::setters(&item.params, here).collect();
    let setters = (!setters.is_empty()).then(|| {
        quote! {
            impl #name {
                #(#setters)*
            }
        }
    });
    let output = ty::render(&item.output, here);
    let operation = operation(item);
    let ways = ways(item);
    quote! {
        #docs
        #[must_use = "a request does nothing until it is sent"]
        pub struct #name(rt::Params);
        impl rt::Request for #name {
            type Output = #output;
            const OPERATION: rt::Operation = #operation;
            #[inline]
            fn params(&self) -> &rt::Params {
                &self.0
            }
        }
        rt::request_methods!(#name #(#ways)*);
        #setters
    }
}

/// The ways to send it besides the plain one.
fn ways(item: &Request) -> impl Iterator<Item = Ident> {
    let writes = item.takes_idempotency_key.then_some("write");
    let lists = item.output.is_listing().then_some("list");
    let file = (item.output == Type::Runtime("Download")).then_some("file");
    [writes, lists, file].into_iter().flatten().map(name)
}

/// The operation, by the constructors of the runtime.
fn operation(item: &Request) -> TokenStream {
    let id = &item.id;
    // A fragment tells operations apart, and is never sent.
    let path = item.path.split('#').next().unwrap_or_default();
    let method = name(match item.method {
        Method::Delete => "delete",
        Method::Get => "get",
        Method::Patch => "patch",
        Method::Post => "post",
        Method::Put => "put",
    });
    let host = match item.host {
        Host::Api => None,
        Host::Connect => Some(name("Connect")),
        Host::Files => Some(name("Files")),
        Host::MeterEvents => Some(name("MeterEvents")),
    };
    let host = host.map(|host| quote!(.on(rt::Host::#host)));
    let usual = if path.starts_with("/v2/") { Encoding::Json } else { Encoding::Form };
    let encoding = item.encoding.filter(|encoding| *encoding != usual).map(|encoding| {
        let encoding = name(match encoding {
            Encoding::Form => "Form",
            Encoding::Json => "Json",
            Encoding::Multipart => "Multipart",
        });
        quote!(.encoded(rt::Encoding::#encoding))
    });
    let beta = item.beta.as_ref().map(|beta| quote!(.beta(#beta)));
    quote!(rt::Operation::#method(#id, #path) #host #encoding #beta)
}

fn name(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
