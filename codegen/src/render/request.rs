//! Requests: structs that know how they go over the wire.

use super::{Piece, comment, params, ty};
use crate::model::{Encoding, Host, Method};
use crate::plan::{Request, Type};

pub fn render(item: &Request, here: &[String]) -> Vec<Piece> {
    let name = &item.name;
    let docs = comment("///", &item.docs, 0);
    let must_use = "#[must_use = \"a request does nothing until it is sent\"]";
    let mut pieces = vec![
        Piece::Code(format!("{docs}{must_use}\npub struct {name}(rt::Params);")),
        Piece::Row { macro_name: "requests", row: row(item, here) },
    ];
    let setters: Vec<String> = params::setters(&item.params, here).collect();
    if !setters.is_empty() {
        pieces.push(Piece::Code(format!("impl {name} {{\n{}}}", setters.join("\n"))));
    }
    pieces
}

/// The request as the macro takes it: its operation, its output, and how it can be sent.
fn row(item: &Request, here: &[String]) -> String {
    let output = ty::render(&item.output, here).line();
    let methods: String = methods(item).map(|method| format!(", {method}")).collect();
    format!("{}: {} -> {output}{methods}", item.name, operation(item))
}

/// The methods that send it, besides `send`.
fn methods(item: &Request) -> impl Iterator<Item = &'static str> {
    let writes = item.takes_idempotency_key.then_some("write");
    let lists = item.output.is_listing().then_some("list");
    let file = (item.output == Type::Runtime("Download")).then_some("file");
    [writes, lists, file].into_iter().flatten()
}

/// The operation, by the constructors of the runtime.
fn operation(item: &Request) -> String {
    // A fragment distinguishes operations of one path, and is never sent.
    let path = item.path.split('#').next().unwrap_or_default();
    let method = match item.method {
        Method::Delete => "delete",
        Method::Get => "get",
        Method::Patch => "patch",
        Method::Post => "post",
        Method::Put => "put",
    };
    let host = match item.host {
        Host::Api => "",
        Host::Connect => ".on(rt::Host::Connect)",
        Host::Files => ".on(rt::Host::Files)",
        Host::MeterEvents => ".on(rt::Host::MeterEvents)",
    };
    let encoding = match item.encoding {
        None => "",
        Some(Encoding::Form) => ".encoded(rt::Encoding::Form)",
        Some(Encoding::Json) => ".encoded(rt::Encoding::Json)",
        Some(Encoding::Multipart) => ".encoded(rt::Encoding::Multipart)",
    };
    let beta = item.beta.as_ref().map(|beta| format!(".beta({beta:?})")).unwrap_or_default();
    format!("{method}({:?}, {path:?}){host}{encoding}{beta}", item.id)
}
