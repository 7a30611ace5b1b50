//! The context of a request: the store as one account sees it, its clock, IDs and events.

use serde_json::{Map, Value, json};

use crate::error::{ApiError, Result};
use crate::event;
use crate::generic::{Renderer, Shape, merge};
use crate::id;
use crate::spec::{Spec, Version};
use crate::store::Store;

/// A request in progress. Its changes are kept or undone as a whole.
#[derive(Debug)]
pub struct Context<'a> {
    pub spec: &'a Spec,
    pub store: &'a mut Store,
    pub account: String,
    pub version: Version,
    pub seed: u64,
    /// The time, as the control plane has set it.
    pub real_now: i64,
    /// The time of the test clock that is at work.
    pub clock: Option<i64>,
    pub request_id: Option<String>,
    pub idempotency_key: Option<String>,
    /// Where the server is, for links to its pages.
    pub base_url: String,
}

impl Context<'_> {
    pub fn now(&self) -> i64 {
        self.clock.unwrap_or(self.real_now)
    }

    pub fn shape(&self) -> Shape<'_> {
        Shape { spec: self.spec, now: self.now() }
    }

    pub fn renderer(&self) -> Renderer<'_> {
        Renderer {
            spec: self.spec,
            store: self.store,
            account: &self.account,
            version: &self.version,
            now: self.now(),
        }
    }

    /// A new id of a schema.
    pub fn new_id(&mut self, schema: &str) -> String {
        let number = self.store.next_number();
        id::of(schema, self.seed, number)
    }

    /// Characters that nobody can guess, for a secret; the same for the same seed.
    pub fn secret(&mut self, length: usize) -> String {
        let number = self.store.next_number();
        id::characters(self.seed ^ 0x5EC2_E75E, number, length)
    }

    pub fn get(&self, kind: &str, id: &str) -> Option<Value> {
        self.store.get(&self.account, kind, id).cloned()
    }

    /// An object that must exist and not be deleted. Its id was sent as `param`.
    pub fn require(&self, kind: &str, id: &str, param: &str) -> Result<Value> {
        match self.get(kind, id) {
            Some(value) if value["deleted"] != true => Ok(value),
            _ => Err(ApiError::no_such(kind, id, param)),
        }
    }

    /// The objects of a kind that are not deleted, the oldest first.
    pub fn all(&self, kind: &str) -> Vec<Value> {
        let all = self.store.all(&self.account, kind);
        all.filter(|value| value["deleted"] != true).cloned().collect()
    }

    /// The objects of a kind with a field of this value.
    pub fn all_with(&self, kind: &str, field: &str, value: &str) -> Vec<Value> {
        let all = self.store.all(&self.account, kind);
        all.filter(|one| one["deleted"] != true && one[field] == value).cloned().collect()
    }

    /// Stores a new object: the given fields, an id, and defaults. No event is made.
    pub fn create(&mut self, kind: &str, given: Value) -> Value {
        let mut members = match given {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        if !members.contains_key("id") {
            members.insert("id".to_owned(), self.new_id(kind).into());
        }
        let object = self.spec.object(kind);
        let has = |name: &str| {
            object.is_some_and(|object| object.fields.iter().any(|field| field.name == name))
        };
        if has("created") && !members.contains_key("created") && !kind.starts_with("v2.") {
            members.insert("created".to_owned(), self.now().into());
        }
        if has("metadata") && !members.contains_key("metadata") {
            members.insert("metadata".to_owned(), json!({}));
        }
        let value = Value::Object(self.shape().object(kind, members));
        self.put(kind, &value);
        value
    }

    /// Stores an object under its id.
    pub fn put(&mut self, kind: &str, value: &Value) {
        let id = value["id"].as_str().unwrap_or_default();
        self.store.put(&self.account, kind, id, value.clone());
    }

    /// Stores a new object, and makes the event that its schema has for that.
    pub fn create_with_event(&mut self, kind: &str, given: Value) -> Value {
        let value = self.create(kind, given);
        self.emit_for(kind, "created", &value, None);
        event::thin::emit_first(self, kind, &value);
        value
    }

    /// Changes fields of a stored object without an event. Returns it as it is then.
    pub fn set(&mut self, kind: &str, id: &str, changes: Value) -> Value {
        let mut value = self.get(kind, id).unwrap_or_else(|| json!({ "id": id }));
        merge(&mut value, changes);
        self.put(kind, &value);
        value
    }

    /// Changes fields of a stored object, and makes the event `….updated` if anything is different.
    pub fn update(&mut self, kind: &str, id: &str, changes: Value) -> Value {
        let before = self.get(kind, id).unwrap_or(Value::Null);
        let after = self.set(kind, id, changes);
        self.emit_updated(kind, &before, &after);
        after
    }

    /// Makes the event `….updated` of a schema if anything is different.
    pub fn emit_updated(&mut self, kind: &str, before: &Value, after: &Value) {
        if let Some(previous) = event::difference(before, after) {
            event::thin::emit_parts(self, kind, before, after);
            self.emit_for(kind, "updated", after, Some(previous));
        }
    }

    /// Makes the event that a schema has with this ending, if it has one.
    pub fn emit_for(&mut self, kind: &str, ending: &str, value: &Value, previous: Option<Value>) {
        if let Some(name) = self.spec.event(kind, ending).map(str::to_owned) {
            event::emit(self, &name, kind, value, previous);
        }
    }

    /// Makes an event by its name.
    pub fn emit(&mut self, name: &str, kind: &str, value: &Value) {
        event::emit(self, name, kind, value, None);
    }
}
