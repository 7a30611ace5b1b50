//! What the API sends: structs with public fields.

use super::layout::{STEP, fits, open};
use super::{Piece, comment, ty};
use crate::plan::{Field, Flag, Struct};

pub fn render(item: &Struct, here: &[String]) -> Vec<Piece> {
    let name = &item.name;
    let fields: String = item.fields.iter().map(|field| field_lines(field, here)).collect();
    let head = format!("pub struct {name}");
    let code = if fields.is_empty() {
        format!("{head} {{}}")
    } else {
        format!("{}\n{fields}}}", open(&head))
    };
    let docs = comment("///", &item.docs, 0);
    let mut pieces =
        vec![Piece::Code(format!("{docs}#[non_exhaustive]\n{code}")), Piece::Table(table(item))];
    if let Some(alias) = &item.id_alias {
        pieces.push(Piece::Code(format!(
            "/// The ID of a [`{name}`].\npub type {alias} = Id<{name}>;"
        )));
    }
    if item.has_id {
        pieces.push(Piece::Row { macro_name: "resources", row: name.clone() });
    }
    if item.expands {
        pieces.push(Piece::Row { macro_name: "expandable_objects", row: name.clone() });
    }
    pieces
}

fn field_lines(field: &Field, here: &[String]) -> String {
    let docs = comment("///", &field.docs, STEP);
    let ty = ty::render(&field.ty, here).between("", ",");
    let head = format!("pub {}:", field.ident);
    let line = format!("{head} {}", ty.line());
    if fits(STEP, &line) {
        return format!("{docs}{:STEP$}{line}\n", "");
    }
    if fits(2 * STEP, &ty.line()) {
        return format!("{docs}{:STEP$}{head}\n{:STEP$}{:STEP$}{}\n", "", "", "", ty.line());
    }
    format!("{docs}{:STEP$}{}\n", "", ty.between(&format!("{head} "), "").lines(STEP))
}

/// The fields as the table macro takes them: sorted by their names in documents.
fn table(item: &Struct) -> String {
    let mut fields: Vec<&Field> = item.fields.iter().collect();
    fields.sort_by(|left, right| left.wire.cmp(&right.wire));
    let object = match &item.object {
        Some(object) if item.deleted => format!(": {object:?} - deleted"),
        Some(object) => format!(": {object:?}"),
        None => String::new(),
    };
    let name = &item.name;
    if fields.is_empty() {
        return format!("rt::object_table!({name}{object} {{}});");
    }
    let rows: String = fields.iter().map(|field| row(field)).collect();
    format!("rt::object_table! {{\n    {name}{object} {{\n{rows}    }}\n}}")
}

fn row(field: &Field) -> String {
    let flags: Vec<&str> = field.flags.iter().map(|flag| flag_name(*flag)).collect();
    let flags = if flags.is_empty() { String::new() } else { format!(" [{}]", flags.join(" ")) };
    format!("        {} = {:?}{flags},\n", field.ident, field.wire)
}

fn flag_name(flag: Flag) -> &'static str {
    match flag {
        Flag::Required => "REQUIRED",
        Flag::Nullable => "NULLABLE",
        Flag::Secret => "SECRET",
        Flag::Personal => "PERSONAL",
    }
}
