//! Plans the event types.

use super::build::{Context, Planner};
use super::names;
use super::prose::prose;
use super::{Event, EventKind, Item, Type, docs};
use crate::model;

impl Planner<'_> {
    pub(super) fn add_events(&mut self) {
        let api = self.api;
        let module = vec!["events".to_owned()];
        for event in &api.events {
            let name = self.names.take(
                &format!("event:{}", event.name),
                &module,
                [names::camel(&event.name)],
            );
            let context = Context {
                module: &module,
                trail: &[],
                short: false,
                field: &name,
                siblings: None,
                description: None,
            };
            let kind = match event.kind {
                model::EventKind::Snapshot { object } => {
                    EventKind::Snapshot { object: self.ty(object, &context) }
                }
                model::EventKind::Thin { data, related } => EventKind::Thin {
                    data: data.map_or(Type::Runtime("RawJson"), |data| self.ty(data, &context)),
                    related: related
                        .map_or(Type::Runtime("RawJson"), |related| self.schema_type(related)),
                },
            };
            let mut lines = event.description.as_deref().map(prose).unwrap_or_default();
            docs::paragraph(&mut lines, vec![docs::event(&event.name, &kind)]);
            docs::paragraph(&mut lines, docs::lifetime(&event.lifetime).into_iter().collect());
            self.push(
                &module,
                Item::Event(Event {
                    name,
                    wire: event.name.clone(),
                    docs: lines,
                    kind,
                    parts: Vec::new(),
                }),
            );
        }
        let mut docs = vec!["Event types, snapshot and thin.".to_owned()];
        docs.push(String::new());
        docs.push("Marker types: each names an event type and its payload.".to_owned());
        if !api.events.is_empty() {
            self.modules.entry(module).or_default().docs = docs;
        }
    }
}
