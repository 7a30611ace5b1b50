//! The functions of resources.

use super::layout::{Chain, Code, STEP};
use super::{Piece, attribute, comment, params};
use crate::plan::{Entry, Function};

pub fn render(item: &Entry, here: &[String]) -> Vec<Piece> {
    let name = &item.on;
    let mut pieces = Vec::new();
    if item.bare {
        let docs = comment("///", &item.docs, 0);
        let derive = "#[derive(Debug, Clone, Copy)]";
        pieces.push(Piece::Code(format!("{docs}{derive}\npub struct {name};")));
    }
    let functions: Vec<String> =
        item.functions.iter().map(|function| function_lines(function, here)).collect();
    pieces.push(Piece::Code(format!("impl {name} {{\n{}}}", functions.join("\n"))));
    pieces
}

fn function_lines(function: &Function, here: &[String]) -> String {
    let docs = comment("///", &function.docs, STEP);
    let deprecated = match (&function.refused, function.deprecated) {
        (Some(note), _) => attribute::deprecated(note, STEP),
        (None, true) => "    #[deprecated]\n".to_owned(),
        (None, false) => String::new(),
    };
    let request = &function.request;
    let arguments: Vec<Code> = params::arguments(&function.params, here).collect();
    // A function without arguments is not generic, so it would be compiled here, used or not.
    let inline = if arguments.is_empty() { "    #[inline]\n" } else { "" };
    let head =
        Code::list(format!("pub fn {}(", function.ident), arguments, format!(") -> {request} {{"));
    let calls = params::required(&function.params);
    let body = Chain { start: "rt::Params::new()".to_owned(), calls }.inside(request, 2 * STEP);
    format!("{docs}{deprecated}{inline}    {}\n        {body}\n    }}\n", head.lines(STEP))
}
