//! Enums over strings.

use super::layout::open;
use super::{Piece, comment};
use crate::plan::{Enum, UNRECOGNIZED};

pub fn render(item: &Enum) -> [Piece; 2] {
    let name = &item.name;
    let variants: String = item
        .variants
        .iter()
        .map(|variant| format!("{}    {},\n", comment("///", &variant.docs, 4), variant.ident))
        .collect();
    let values: String = item
        .variants
        .iter()
        .map(|variant| format!("        {} = {:?},\n", variant.ident, variant.wire))
        .collect();
    let docs = comment("///", &item.docs, 0);
    [
        Piece::Code(format!(
            "{docs}#[non_exhaustive]
#[repr(C)]
{}
{variants}    /// A value that this version does not know.
    {UNRECOGNIZED}(Unknown),
}}",
            open(&format!("pub enum {name}"))
        )),
        Piece::Table(format!("rt::string_enum! {{\n    {name} {{\n{values}    }}\n}}")),
    ]
}
