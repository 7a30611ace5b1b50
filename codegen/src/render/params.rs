//! Objects in requests: names for lists of parameters, with a setter for each.

use super::layout::{Chain, Code, STEP};
use super::{Piece, attribute, comment, ty};
use crate::model::{Place, Style};
use crate::plan::{Given, Param, Params, docs};

pub fn render(item: &Params, here: &[String]) -> Vec<Piece> {
    let name = &item.name;
    let item_docs = comment("///", &item.docs, 0);
    let required = item.fields.iter().any(|param| param.required);
    let mut what = vec!["Creates the object. All its parameters are optional.".to_owned()];
    if required {
        what = vec!["Creates the object from its required parameters.".to_owned(), String::new()];
        what.extend(docs::arguments(&item.fields));
    }
    let what = comment("///", &what, STEP);
    // A function without arguments is not generic, so it would be compiled here, used or not.
    let inline = if required { "" } else { "    #[inline]\n" };
    let head = Code::list("pub fn new(", arguments(&item.fields, here).collect(), ") -> Self {");
    let calls = self::required(&item.fields);
    let body = Chain { start: "rt::Params::new()".to_owned(), calls }.inside("Self", 2 * STEP);
    let new = format!("{what}{inline}    {}\n        {body}\n    }}\n", head.lines(STEP));
    let functions: Vec<String> = std::iter::once(new).chain(setters(&item.fields, here)).collect();
    let default = if required { "" } else { " Default" };
    vec![
        Piece::Code(format!("{item_docs}pub struct {name}(rt::Params);")),
        Piece::Row { macro_name: "params", row: format!("{name}{default}") },
        Piece::Code(format!("impl {name} {{\n{}}}", functions.join("\n"))),
    ]
}

/// The arguments for required parameters.
pub fn arguments(params: &[Param], here: &[String]) -> impl Iterator<Item = Code> {
    params
        .iter()
        .filter(|param| param.required)
        .map(|param| ty::argument(&param.given, here).between(&format!("{}: ", param.ident), ""))
}

/// The calls that set the required parameters from the arguments.
pub fn required(params: &[Param]) -> Vec<Code> {
    let required = params.iter().filter(|param| param.required);
    let value = |param: &Param| match param.given {
        Given::Into(_) => format!("{}.into()", param.ident),
        Given::Items(_) => format!("rt::items({})", param.ident),
        Given::Expansions(_) => unreachable!("expansions are optional"),
    };
    required.map(|param| set(param, value(param))).collect()
}

/// A setter for each parameter that is not required.
pub fn setters(params: &[Param], here: &[String]) -> impl Iterator<Item = String> {
    params.iter().filter(|param| !param.required).map(move |param| {
        let docs = comment("///", &param.docs, STEP);
        let deprecated = param
            .refused
            .as_ref()
            .map(|note| attribute::deprecated(note, STEP))
            .unwrap_or_default();
        let kind = if is_expansions(param) { "" } else { "<K>" };
        let head = Code::list(
            format!("pub fn {}{kind}(", param.ident),
            vec![Code::text("self"), ty::setting(&param.given, here).between("value: ", "")],
            ") -> Self {",
        );
        let call = if is_expansions(param) {
            let method = if param.place.is_some() { "query_expand" } else { "expand" };
            Code::list(format!(".{method}("), vec![Code::text("value")], ")")
        } else {
            set(param, "value.into_data()".to_owned())
        };
        let calls = vec![call];
        let body = Chain { start: "self.0".to_owned(), calls }.inside("Self", 2 * STEP);
        format!("{docs}{deprecated}    {}\n        {body}\n    }}\n", head.lines(STEP))
    })
}

fn is_expansions(param: &Param) -> bool {
    matches!(param.given, Given::Expansions(_))
}

/// The call that sets a parameter.
fn set(param: &Param, value: String) -> Code {
    let arguments = [Code::text(format!("{:?}", param.wire)), Code::text(value)];
    let flags = flags(param);
    let method = match flags[..] {
        [] => "body",
        ["PATH"] => "path",
        ["QUERY"] => "query",
        ["HEADER"] => "header",
        ["HEADER", "SECRET"] => "secret_header",
        ["SECRET"] => "secret",
        ["PERSONAL"] => "personal",
        _ => {
            let flags: Vec<String> =
                flags.iter().map(|flag| format!("rt::Param::{flag}")).collect();
            let flags = Code::text(flags.join(" | "));
            return Code::list(".set(", [flags].into_iter().chain(arguments).collect(), ")");
        }
    };
    Code::list(format!(".{method}("), arguments.into(), ")")
}

/// The flags of a parameter: where it is, what it holds, and how it is written.
fn flags(param: &Param) -> Vec<&'static str> {
    let place = param.place.map(|place| match place {
        Place::Path => "PATH",
        Place::Query => "QUERY",
        Place::Header => "HEADER",
    });
    let is_plain =
        param.wire.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    let style = match param.style {
        Style::Brackets => None,
        Style::Repeated => Some("REPEATED"),
        Style::Joined => Some("JOINED"),
        Style::Whole => Some("WHOLE"),
    };
    let flags = [
        place,
        param.secret.then_some("SECRET"),
        param.personal.then_some("PERSONAL"),
        (!is_plain).then_some("RESERVED_NAME"),
        style,
    ];
    flags.into_iter().flatten().collect()
}
