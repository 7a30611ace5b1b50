//! Enums over shapes.

use super::layout::{Code, STEP, fits, open};
use super::{Piece, attribute, comment, ty};
use crate::plan::{Arm, ArmKind, Type, UNRECOGNIZED, Union};

pub fn render(item: &Union, here: &[String]) -> Vec<Piece> {
    let name = &item.name;
    let docs = comment("///", &item.docs, 0);
    let variants: String = item
        .arms
        .iter()
        .map(|arm| match &arm.payload {
            None => format!("    {},\n", arm.ident),
            Some(payload) => {
                let payload = vec![ty::render(payload, here)];
                let gate = attribute::feature_gate(&arm.parts, STEP);
                let code = Code::list(format!("{}(", arm.ident), payload, "),");
                format!("{gate}    {}\n", code.lines(STEP))
            }
        })
        .collect();
    let mut pieces = vec![
        Piece::Code(format!(
            "{docs}#[derive(Clone)]
#[non_exhaustive]
{}
{variants}    /// A shape that this version does not know.
    {UNRECOGNIZED}(RawJson),
}}",
            open(&format!("pub enum {name}"))
        )),
        Piece::Table(table(item)),
    ];
    pieces.extend(item.expands_in.iter().map(|object| Piece::Row {
        macro_name: "expandable_unions",
        row: format!("{name} => {}", ty::render(object, here).line()),
    }));
    if item.is_param {
        pieces.extend(conversions(item, here));
    }
    pieces
}

fn table(item: &Union) -> String {
    let macro_name = if item.is_param { "param_union_impl" } else { "union_impl" };
    let rows = item.arms.iter().map(|arm| {
        let gate = attribute::feature_gate(&arm.parts, 2 * STEP);
        format!("{gate}        {},\n", row(arm))
    });
    let rows: String = rows.collect();
    format!("rt::{macro_name}! {{\n    {} {{\n{rows}    }}\n}}", item.name)
}

fn row(arm: &Arm) -> String {
    let ident = &arm.ident;
    match &arm.kind {
        ArmKind::Object(object) => format!("{ident} object({object:?})"),
        ArmKind::Deleted(object) => format!("{ident} deleted({object:?})"),
        ArmKind::Value(value) => format!("{ident} value({value:?})"),
        ArmKind::Other => format!("{ident} other"),
    }
}

/// `From` the type that a variant holds, where no other variant holds the same.
fn conversions<'i>(item: &'i Union, here: &'i [String]) -> impl Iterator<Item = Piece> + 'i {
    let mut seen: Vec<&Type> = Vec::new();
    item.arms.iter().filter_map(move |arm| {
        let (inner, value) = match arm.payload.as_ref()? {
            Type::Boxed(inner) => (&**inner, "Box::new(value)"),
            other => (other, "value"),
        };
        if seen.contains(&inner) {
            return None;
        }
        seen.push(inner);
        let inner = ty::render(inner, here).line();
        let mut head = format!("impl From<{inner}> for {} {{", item.name);
        if !fits(0, &head) {
            head = format!("impl From<{inner}>\n    for {}\n{{", item.name);
        }
        let variant = &arm.ident;
        Some(Piece::Code(format!(
            "{head}\n    fn from(value: {inner}) -> Self {{\n        Self::{variant}({value})\n    }}\n}}"
        )))
    })
}
