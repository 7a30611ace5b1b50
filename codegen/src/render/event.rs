//! The types of events.

use super::{Piece, attribute, comment, ty};
use crate::plan::{Event, EventKind};

pub fn render(item: &Event, here: &[String]) -> [Piece; 2] {
    let Event { name, wire, .. } = item;
    let gate = attribute::feature_gate(&item.parts, 0);
    let code = format!("{}{gate}pub enum {name} {{}}", comment("///", &item.docs, 0));
    let gate = gate.replace('\n', "\n    ");
    let row = match &item.kind {
        EventKind::Snapshot { object } => {
            let object = ty::render(object, here).line();
            Piece::Row {
                macro_name: "snapshot_events",
                row: format!("{gate}{name}: {wire:?} -> {object}"),
            }
        }
        EventKind::Thin { data, related } => {
            let [data, related] = [data, related].map(|ty| ty::render(ty, here).line());
            Piece::Row {
                macro_name: "thin_events",
                row: format!("{gate}{name}: {wire:?} -> {data}, {related}"),
            }
        }
    };
    [Piece::Code(code), row]
}
