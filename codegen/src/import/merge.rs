//! What two documents say of the same place: one type that reads what both of them describe.

use indexmap::IndexMap;
use serde_yaml::{Mapping, Value};

use super::facts::{Facts, parameter_order, sort_values, tidy};
use super::reads::Reader;
use super::shape::{
    Shape, arms_of, is_constant, is_plain_text, mapping_in, members_of, names_in, peel, sequence, target, unpeel, values_of,
    without_marks,
};
use super::timeline::{Edition, Presence};
use crate::dialect::Dialect;
use crate::spec::escape;

/// What something is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// What the API sends: whatever one version leaves out can be missing.
    Response,
    /// What the API accepts: the newest version decides what it needs.
    Request,
}

/// The merge of a document into the history of all documents before.
pub struct Merge<'a> {
    pub edition: &'a Edition,
    /// What all documents before have.
    pub old: &'a Facts,
    /// What the document has.
    pub new: &'a Facts,
    /// Where no type reads both, the older one is noted here.
    pub alternatives: &'a mut IndexMap<String, Vec<Value>>,
}

/// Where something is, and who had it before.
#[derive(Clone)]
pub struct Place {
    /// Its JSON pointer; empty where there is none, such as in an alternative of a union.
    pub pointer: String,
    pub usage: Usage,
    /// The editions that had it.
    pub scope: Vec<Edition>,
}

impl Place {
    fn inside(&self, name: &str) -> Self {
        let pointer = if self.pointer.is_empty() { String::new() } else { format!("{}/{}", self.pointer, escape(name)) };
        Self { pointer, ..self.clone() }
    }

    fn without_pointer(&self) -> Self {
        Self { pointer: String::new(), ..self.clone() }
    }

    fn with_scope(self, scope: Vec<Edition>) -> Self {
        Self { scope, ..self }
    }
}

/// Which side decides where only one can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lead {
    /// Whether it is the document, and not the history.
    document: bool,
    /// Whether the two sides are of different dialects. What the dialects tell differently need not be a change of the API.
    across_dialects: bool,
}

/// The two sides of a merge in the order of their say.
struct Sides<'v> {
    lead: &'v Value,
    follow: &'v Value,
}

impl Lead {
    fn sides<'v>(self, old: &'v Value, new: &'v Value) -> Sides<'v> {
        if self.document { Sides { lead: new, follow: old } } else { Sides { lead: old, follow: new } }
    }
}

/// The mark of an enum whose values documents of the other dialect do not list.
const LISTED_BY: &str = "x-listedBy";

/// The mark of a field that all documents made from the SDKs require, while a public document lacks it.
const REQUIRED_BY_SDK: &str = "x-requiredBySdk";

/// The fields that are always present as long as the object has them at all.
fn always_present(schema: &Value) -> Vec<String> {
    let mut names = names_in(schema, "required");
    let fields = members_of(schema).into_iter();
    names.extend(fields.filter(|(_, field)| field.get(REQUIRED_BY_SDK).is_some()).map(|(name, _)| name));
    names
}

/// The mark of a shape that the public document has, and documents of the SDKs contradict.
const DECIDED_BY: &str = "x-decidedBy";

impl Merge<'_> {
    /// Documents made from the SDKs lead public ones, whose shapes are the same but described less precisely. Among those of one dialect,
    /// the newest leads.
    fn lead(&self, scope: &[Edition]) -> Lead {
        let has_sdk = scope.iter().any(|known| known.dialect == Dialect::Sdk);
        let is_newest = |dialect: Dialect| {
            scope.iter().filter(|known| known.dialect == dialect).all(|known| known.version <= self.edition.version)
        };
        match self.edition.dialect {
            Dialect::Sdk if has_sdk => Lead { document: is_newest(Dialect::Sdk), across_dialects: false },
            Dialect::Sdk => Lead { document: true, across_dialects: !scope.is_empty() },
            Dialect::Public if has_sdk => Lead { document: false, across_dialects: true },
            Dialect::Public => Lead { document: is_newest(Dialect::Public), across_dialects: false },
        }
    }

    /// Whether the document decides where only one side can.
    pub fn is_led_by_document(&self, scope: &[Edition]) -> bool {
        self.lead(scope).document
    }

    /// Things by their names: schemas, members of an object, events.
    pub fn members(
        &mut self,
        old: &IndexMap<String, Value>,
        new: &IndexMap<String, Value>,
        place: &Place,
        at: impl Fn(&str) -> String,
    ) -> IndexMap<String, Value> {
        let mut merged = IndexMap::new();
        for (name, older) in old {
            let presence = Presence::of(older);
            let newer = new.get(name);
            let result = match newer {
                Some(newer) if older.get("x-preview").is_some() => {
                    self.observe(None, &place.scope, true).map(|presence| presence.mark(newer.clone()))
                }
                None if older.get("x-preview").is_some() => Some(older.clone()),
                Some(newer) if is_constant(name, older) && is_constant(name, newer) => Some(newer.clone()),
                Some(newer) => {
                    let inner = Place { pointer: at(name), usage: place.usage, scope: presence.within(&place.scope) };
                    let value = self.schema(older, newer, &inner);
                    self.observe(Some(&presence), &place.scope, true).map(|presence| presence.mark(value))
                }
                None => self.observe(Some(&presence), &place.scope, false).map(|presence| presence.mark(older.clone())),
            };
            merged.extend(result.map(|result| (name.clone(), result)));
        }
        for (name, newer) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
            let presence = self.observe(None, &place.scope, true).unwrap_or_default();
            merged
                .insert(name.clone(), if presence == Presence::default() { newer.clone() } else { presence.mark(newer.clone()) });
        }
        merged.sort_unstable_keys();
        merged
    }

    pub fn observe(&self, before: Option<&Presence>, scope: &[Edition], there: bool) -> Option<Presence> {
        Presence::observe(before, scope, self.edition, there)
    }

    /// Two descriptions of one schema. The marks are those of the older one.
    pub fn schema(&mut self, old: &Value, new: &Value, place: &Place) -> Value {
        let lead = self.lead(&place.scope);
        let (older, older_null) = peel(old);
        let (newer, newer_null) = peel(new);
        let merged = self.core(&older, &newer, lead, place);
        let mut merged = unpeel(merged, older_null || newer_null);
        if let (Value::Mapping(members), Some(former)) = (&mut merged, old.get("x-formerly").or_else(|| new.get("x-formerly"))) {
            members.insert("x-formerly".into(), former.clone());
        }
        Presence::of(old).mark(merged)
    }

    fn core(&mut self, old: &Value, new: &Value, lead: Lead, place: &Place) -> Value {
        let Sides { lead: leading, follow } = lead.sides(old, new);
        if without_marks(old) == without_marks(new) && old.get("enum").is_none() && old.get("properties").is_none() {
            return leading.clone();
        }
        match (Shape::of(old), Shape::of(new)) {
            (Shape::Object, Shape::Object) => self.object(old, new, lead, place),
            (Shape::Enum, Shape::Enum) => refined(&self.enumeration(old, new, lead, place), follow),
            (Shape::Array, Shape::Array) => self.inner("items", old, new, lead, place),
            (Shape::Map, Shape::Map) => self.inner("additionalProperties", old, new, lead, place),
            (Shape::Expandable, Shape::Expandable) => self.expandable(old, new, lead),
            // A document that does not list the values does not contradict one that does.
            (Shape::Enum, Shape::Text) if is_plain_text(new) => {
                let is_first = self.is_first_of_dialect(place);
                listed_by(refined(old, new), is_first.then(|| self.edition.dialect.other()), old)
            }
            (Shape::Text, Shape::Enum) if is_plain_text(old) => {
                // No document so far lists the values, whatever its dialect.
                let has_others = place.scope.iter().any(|known| known.dialect != self.edition.dialect);
                listed_by(refined(new, old), has_others.then_some(self.edition.dialect), new)
            }
            (Shape::Reference, Shape::Union) if lead.across_dialects && self.reads(Side::Old, old, new) => old.clone(),
            (Shape::Union, Shape::Reference) if lead.across_dialects && self.reads(Side::New, new, old) => new.clone(),
            (Shape::Union, _) | (_, Shape::Union) => self.union(old, new, lead, place),
            (Shape::Text, Shape::Text) | (Shape::Scalar, Shape::Scalar) if have_one_base(old, new) => {
                let merged = self.base(leading, follow, lead, place);
                self.with_limits(merged, old, new, place)
            }
            _ => self.either(old, new, lead, place),
        }
    }

    /// Two strings or two numbers. A format narrows the base type, and a document without one says nothing against it.
    fn base(&mut self, leading: &Value, follow: &Value, lead: Lead, place: &Place) -> Value {
        match (leading.get("format"), follow.get("format")) {
            (Some(of_lead), Some(of_other)) if of_lead != of_other => {
                let (old, new) = if lead.document { (follow, leading) } else { (leading, follow) };
                self.either(old, new, lead, place)
            }
            _ => refined(leading, follow),
        }
    }

    /// Limits are those of the newest document of the dialect that gives them.
    fn with_limits(&self, mut merged: Value, old: &Value, new: &Value, place: &Place) -> Value {
        let is_newest = place
            .scope
            .iter()
            .filter(|known| known.dialect == self.edition.dialect)
            .all(|known| known.version <= self.edition.version);
        let from = if is_newest { new } else { old };
        for name in LIMITS {
            if let (Value::Mapping(members), Some(limit)) = (&mut merged, from.get(name)) {
                members.insert(name.into(), limit.clone());
            }
        }
        tidy(merged)
    }

    /// One of two shapes: the one that reads the other.
    fn either(&mut self, old: &Value, new: &Value, lead: Lead, place: &Place) -> Value {
        let Sides { lead: leading, follow } = lead.sides(old, new);
        let (side, other) = if lead.document { (Side::New, Side::Old) } else { (Side::Old, Side::New) };
        if self.reads(side, leading, follow) {
            return leading.clone();
        }
        if self.reads(other, follow, leading) {
            // A request of the narrower shape is right in both dialects.
            let narrow_is_right = lead.across_dialects && place.usage == Usage::Request;
            return if narrow_is_right { leading.clone() } else { without_marks(follow) };
        }
        let is_decided = old.get(DECIDED_BY).is_some();
        if !is_decided && !self.is_contradiction(place) {
            // The API had another shape in another version.
            let is_newest = place.scope.iter().all(|known| known.version <= self.edition.version);
            let lead = Lead { document: is_newest, ..lead };
            let Sides { lead: leading, follow } = lead.sides(old, new);
            self.keep(place, follow, is_newest);
            return leading.clone();
        }
        // The public document is what Stripe promises to everyone.
        let public_is_new = self.edition.dialect == Dialect::Public && !is_decided;
        let (chosen, rejected) = if public_is_new { (new, old) } else { (old, new) };
        if place.usage == Usage::Response {
            self.keep(place, rejected, false);
        }
        let mut chosen = chosen.clone();
        if let Value::Mapping(members) = &mut chosen {
            members.insert(DECIDED_BY.into(), Dialect::Public.as_str().into());
        }
        tidy(chosen)
    }

    fn is_first_of_dialect(&self, place: &Place) -> bool {
        !place.scope.is_empty() && place.scope.iter().all(|known| known.dialect != self.edition.dialect)
    }

    /// Whether the dialects contradict each other. Two documents of one version cannot both be right; at other versions, a difference is
    /// taken for a change of the API.
    fn is_contradiction(&self, place: &Place) -> bool {
        place.scope.iter().any(|known| known.version == self.edition.version && known.dialect != self.edition.dialect)
    }

    /// Notes a shape that the merged type does not read. `is_replaced` is whether the document has another one in its place.
    fn keep(&mut self, place: &Place, shape: &Value, is_replaced: bool) {
        let at = &place.pointer;
        let mut shape = without_marks(shape);
        // A parameter has no pointer of its own in the list of parameters.
        if at.is_empty() {
            return;
        }
        let after = place.scope.iter().map(|known| &known.version).filter(|version| **version > self.edition.version).min();
        let until = if is_replaced { Some(&self.edition.version) } else { after };
        if let (Value::Mapping(members), Some(until)) = (&mut shape, until) {
            members.insert("x-until".into(), until.as_str().into());
        }
        let shapes = self.alternatives.entry(at.clone()).or_default();
        match shapes.iter_mut().find(|known| without_marks(known) == without_marks(&shape)) {
            Some(known) if is_replaced || until_of(known) >= until_of(&shape) => {}
            Some(known) => *known = shape,
            None => shapes.push(shape),
        }
    }

    fn inner(&mut self, name: &str, old: &Value, new: &Value, lead: Lead, place: &Place) -> Value {
        let mut merged = lead.sides(old, new).lead.clone();
        if let (Some(old), Some(new), Value::Mapping(members)) = (old.get(name), new.get(name), &mut merged) {
            members.insert(name.into(), self.schema(old, new, &place.inside(name)));
        }
        merged
    }

    fn object(&mut self, old: &Value, new: &Value, lead: Lead, place: &Place) -> Value {
        let Sides { lead: leading, follow } = lead.sides(old, new);
        let mut merged = refined(leading, follow);
        let fields = place.inside("properties");
        let properties = self.members(&members_of(old), &members_of(new), place, |name| fields.inside(name).pointer);
        let mut required = always_present(leading);
        // A public document leaves off this list what it does not promise to clients with a publishable key.
        if place.usage == Usage::Response && !lead.across_dialects {
            let other = always_present(follow);
            required.retain(|name| other.contains(name));
        }
        let (required, fields) = self.require(required, properties, place);
        if let Value::Mapping(members) = &mut merged {
            members.insert("properties".into(), to_mapping(fields).into());
            members.remove("required");
            if !required.is_empty() {
                members.insert("required".into(), required.into_iter().map(Value::from).collect::<Vec<_>>().into());
            }
        }
        merged
    }

    /// The fields that every version has, of those that every version which has them requires. Where only public documents lack one, it is
    /// marked: a later document can show that they do not carry it.
    fn require(
        &self,
        mut required: Vec<String>,
        mut fields: IndexMap<String, Value>,
        place: &Place,
    ) -> (Vec<String>, IndexMap<String, Value>) {
        required.sort_unstable();
        let of_sdk = |known: &&Edition| known.dialect == Dialect::Sdk;
        let sdk: Vec<&Edition> = place.scope.iter().chain([self.edition]).filter(of_sdk).collect();
        let is_required = |field: &Value| {
            let presence = Presence::of(field);
            presence.until.is_none() && (presence.since.is_none() || place.usage == Usage::Request)
        };
        let has_all_sdk = |field: &Value| !sdk.is_empty() && sdk.iter().all(|known| Presence::of(field).includes(known));
        for (name, field) in &mut fields {
            let is_disputed = required.contains(name) && !is_required(field) && has_all_sdk(field);
            if let Value::Mapping(members) = field {
                members.remove(REQUIRED_BY_SDK);
                if is_disputed {
                    members.insert(REQUIRED_BY_SDK.into(), true.into());
                }
            }
            *field = tidy(std::mem::take(field));
        }
        required.retain(|name| fields.get(name).is_some_and(is_required));
        (required, fields)
    }

    fn enumeration(&mut self, old: &Value, new: &Value, lead: Lead, place: &Place) -> Value {
        let Sides { lead: leading, follow } = lead.sides(old, new);
        let mut merged = if values_of(leading).is_empty() { follow.clone() } else { leading.clone() };
        let (older, newer) = (values_of(old), values_of(new));
        // A document that does not list the values says nothing about any of them.
        let listed_by = old.get(LISTED_BY).and_then(Value::as_str).and_then(Dialect::parse);
        let lists = |known: &&Edition| listed_by.is_none_or(|dialect| dialect == known.dialect);
        let scope: Vec<Edition> = place.scope.iter().filter(lists).cloned().collect();
        let marks = ["x-enumSince", "x-enumUntil", "x-enumOnlyIn"];
        let before = marks.map(|name| mapping_in(old, name));
        let mut after: [Mapping; 3] = Default::default();
        let mut all: Vec<Value> = older.iter().chain(newer.iter().filter(|value| !older.contains(value))).cloned().collect();
        all.retain(|value| {
            // That the empty string clears a field is no value with a history.
            if value.as_str().is_none_or(str::is_empty) {
                return true;
            }
            let text = |index: usize| before[index].get(value).and_then(Value::as_str).map(str::to_owned);
            let known = older.contains(value).then(|| Presence {
                since: text(0),
                until: text(1),
                only: text(2).as_deref().and_then(Dialect::parse),
            });
            let Some(presence) = self.observe(known.as_ref(), &scope, newer.contains(value)) else { return false };
            let only = presence.only.map(|dialect| dialect.as_str().to_owned());
            for (marks, mark) in after.iter_mut().zip([presence.since, presence.until, only]) {
                if let Some(mark) = mark {
                    marks.insert(value.clone(), mark.into());
                }
            }
            true
        });
        sort_values(&mut all);
        if let Value::Mapping(members) = &mut merged {
            members.remove(LISTED_BY);
            if let Some(dialect) = listed_by.filter(|dialect| *dialect == self.edition.dialect) {
                members.insert(LISTED_BY.into(), dialect.as_str().into());
            }
            members.insert("enum".into(), all.into());
            for (name, mut marks) in marks.into_iter().zip(after) {
                members.remove(name);
                if !marks.is_empty() {
                    sort_keys(&mut marks);
                    members.insert(name.into(), marks.into());
                }
            }
        }
        merged
    }

    /// An id that can be expanded to what either side names.
    fn expandable(&self, old: &Value, new: &Value, lead: Lead) -> Value {
        let Sides { lead: leading, follow } = lead.sides(old, new);
        let Value::Mapping(mut merged) = leading.clone() else { return leading.clone() };
        let side = if lead.document { Side::New } else { Side::Old };
        let known: Vec<Value> = arms_of(leading).into_iter().filter(|arm| target(arm).is_some()).collect();
        let is_new = |arm: &Value| target(arm).is_some() && !known.iter().any(|known| self.reads(side, known, arm));
        let more: Vec<Value> = arms_of(follow).into_iter().filter(is_new).collect();
        if let Some(Value::Sequence(arms)) = merged.get_mut("anyOf") {
            arms.extend(more.iter().cloned());
            sort_references(arms);
        }
        if let Some(Value::Sequence(listed)) = merged.get_mut("x-expansionResources").and_then(|listed| listed.get_mut("oneOf")) {
            listed.extend(more);
            sort_references(listed);
        }
        merged.into()
    }

    /// One of several shapes, on one side at least.
    fn union(&mut self, old: &Value, new: &Value, lead: Lead, place: &Place) -> Value {
        let Sides { lead: leading, follow } = lead.sides(old, new);
        let mut others = arms_of(follow);
        let inner = place.without_pointer();
        let mut merged = Vec::new();
        for arm in arms_of(leading) {
            let twin = others
                .iter()
                .position(|other| are_twins(other, &arm))
                .or_else(|| lead.across_dialects.then(|| most_alike(&others, &arm)).flatten());
            merged.push(match twin.map(|index| others.remove(index)) {
                Some(twin) if lead.document => self.schema(&twin, &arm, &inner),
                Some(twin) => self.schema(&arm, &twin, &inner),
                None if Shape::of(&arm) == Shape::Enum && !place.scope.is_empty() => {
                    // The other side has none of the values.
                    let none = without_values(&arm);
                    if lead.document {
                        self.enumeration(&none, &arm, lead, &inner)
                    } else {
                        self.enumeration(&arm, &none, lead, &inner)
                    }
                }
                None => arm,
            });
        }
        let side = if lead.document { Side::New } else { Side::Old };
        let shares_arms = others.len() < arms_of(follow).len();
        for arm in others {
            if lead.across_dialects && shares_arms && Shape::of(&arm) == Shape::Enum && values_of(&arm) != [Value::from("")] {
                let none = without_values(&arm);
                let values = if lead.document {
                    self.enumeration(&arm, &none, lead, &inner)
                } else {
                    self.enumeration(&none, &arm, lead, &inner)
                };
                merged.push(values);
            } else if !merged.iter().any(|merged| self.reads(side, merged, &arm)) {
                // Of a request, the alternatives that the SDKs have are right in both dialects.
                if !(lead.across_dialects && place.usage == Usage::Request && shares_arms) {
                    let is_newest = place.scope.iter().all(|known| known.version <= self.edition.version);
                    self.keep(place, &arm, if lead.across_dialects { is_newest } else { lead.document });
                }
            }
        }
        match (Shape::of(leading), leading) {
            (Shape::Union, Value::Mapping(members)) => {
                let mut members = members.clone();
                members.insert("anyOf".into(), merged.into());
                members.into()
            }
            _ if merged.len() > 1 => Mapping::from_iter([("anyOf".into(), merged.into())]).into(),
            _ => merged.pop().unwrap_or_default(),
        }
    }

    /// Two descriptions of one operation. It returns what the leading one says.
    pub fn operation(&mut self, old: &Value, new: &Value, scope: &[Edition], pointer: &str) -> Value {
        let lead = self.lead(scope);
        let place = Place { pointer: String::new(), usage: Usage::Request, scope: scope.to_vec() };
        let Sides { lead: leading, follow } = lead.sides(old, new);
        let Value::Mapping(mut merged) = leading.clone() else { return leading.clone() };
        if follow.get("deprecated").is_some() {
            merged.insert("deprecated".into(), true.into());
        }
        let parameters = self.parameters(&sequence(old, "parameters"), &sequence(new, "parameters"), lead, &place);
        merged.remove("parameters");
        if !parameters.is_empty() {
            merged.insert("parameters".into(), parameters.into());
        }
        let (of_lead, of_other) = (content(leading), content(follow));
        if let Some((media, _)) = of_lead.or(of_other) {
            let empty = Value::Mapping(Mapping::from_iter([("type".into(), "object".into())]));
            let schema_at = format!("{pointer}/requestBody/content/{}/schema", escape(media));
            let (older, newer) = (content(old), content(new));
            let (older, newer) = (older.map_or(&empty, |(_, schema)| schema), newer.map_or(&empty, |(_, schema)| schema));
            let schema = tidy(self.object(older, newer, lead, &Place { pointer: schema_at, ..place }));
            let json = Mapping::from_iter([("schema".into(), schema)]);
            let content = Mapping::from_iter([(media.into(), json.into())]);
            let body = Mapping::from_iter([("content".into(), content.into())]);
            merged.insert("requestBody".into(), body.into());
        }
        Presence::of(old).mark(merged.into())
    }

    fn parameters(&mut self, old: &[Value], new: &[Value], lead: Lead, place: &Place) -> Vec<Value> {
        let mut merged: Vec<Value> = Vec::new();
        for newer in new {
            let older = old.iter().find(|older| key_of(older) == key_of(newer));
            let is_path = key_of(newer).0 == "path";
            let Some(older) = older else {
                // A path has the parameters that it has, whatever they were called before.
                let presence = if is_path { None } else { self.observe(None, &place.scope, true) };
                merged.push(presence.unwrap_or_default().mark(newer.clone()));
                continue;
            };
            let mut parameter = lead.sides(older, newer).lead.clone();
            let presence = Presence::of(older);
            if let (Value::Mapping(members), Some(older), Some(newer)) =
                (&mut parameter, older.get("schema"), newer.get("schema"))
            {
                let inner = place.clone().with_scope(presence.within(&place.scope));
                members.insert("schema".into(), self.schema(older, newer, &inner));
            }
            let presence = if is_path { None } else { self.observe(Some(&presence), &place.scope, true) };
            merged.push(presence.unwrap_or_default().mark(parameter));
        }
        let missing = old.iter().filter(|older| !new.iter().any(|newer| key_of(newer) == key_of(older)));
        for older in missing {
            if key_of(older).0 == "path" {
                // Only the path of the leading side is kept.
                if !lead.document {
                    merged.push(older.clone());
                }
                continue;
            }
            let Some(presence) = self.observe(Some(&Presence::of(older)), &place.scope, false) else { continue };
            let mut parameter = older.clone();
            if let (Value::Mapping(members), true) = (&mut parameter, presence.until.is_some()) {
                members.remove("required");
            }
            merged.push(presence.mark(parameter));
        }
        if !lead.document {
            let is_known =
                |parameter: &Value| key_of(parameter).0 != "path" || old.iter().any(|older| key_of(older) == key_of(parameter));
            merged.retain(is_known);
        }
        merged.sort_by_key(parameter_order);
        merged
    }

    /// Whether a type of one side reads whatever one of the other side stands for.
    fn reads(&self, side: Side, reading: &Value, read: &Value) -> bool {
        match side {
            Side::Old => Reader::new(self.new, self.old).reads(reading, read),
            Side::New => Reader::new(self.old, self.new).reads(reading, read),
        }
    }
}

/// Where references of a type are resolved first.
#[derive(Debug, Clone, Copy)]
enum Side {
    Old,
    New,
}

/// The location and the name of a parameter.
fn key_of(parameter: &Value) -> (String, String) {
    let text = |name: &str| parameter.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    (text("in"), text("name"))
}

/// Whether some version removed it.
pub fn is_gone(value: &Value) -> bool {
    value.get("x-until").is_some()
}

/// An enum that only documents of one dialect list the values of. Nothing changes if it is not known which.
fn listed_by(merged: Value, dialect: Option<Dialect>, before: &Value) -> Value {
    let known = before.get(LISTED_BY).cloned();
    let Some(mark) = known.or_else(|| dialect.map(|dialect| dialect.as_str().into())) else { return merged };
    let mut merged = merged;
    if let Value::Mapping(members) = &mut merged {
        members.insert(LISTED_BY.into(), mark);
    }
    tidy(merged)
}

/// The version that replaced a shape.
fn until_of(shape: &Value) -> Option<String> {
    shape.get("x-until").and_then(Value::as_str).map(str::to_owned)
}

fn without_values(value: &Value) -> Value {
    let mut value = value.clone();
    if let Value::Mapping(members) = &mut value {
        for name in ["x-enumSince", "x-enumUntil", "x-enumOnlyIn"] {
            members.remove(name);
        }
        members.insert("enum".into(), Value::Sequence(Vec::new()));
    }
    value
}

const LIMITS: [&str; 3] = ["minimum", "maximum", "maxLength"];

/// What narrows a type without making another one of it. A document that lacks it does not deny it.
const PRECISION: [&str; 5] = ["format", "minimum", "maximum", "maxLength", "deprecated"];

/// A type with all precision that another description of it has.
fn refined(value: &Value, other: &Value) -> Value {
    let (Value::Mapping(members), true) = (value, have_one_base(value, other) || value.get("enum").is_some()) else {
        return value.clone();
    };
    let mut members = members.clone();
    for name in PRECISION {
        let fits = name != "format" || value.get("enum").is_none();
        if let (None, Some(precision), true) = (members.get(name), other.get(name), fits) {
            members.insert(name.into(), precision.clone());
        }
    }
    tidy(members.into())
}

fn have_one_base(left: &Value, right: &Value) -> bool {
    left.get("type") == right.get("type")
}

/// Sorts the references among alternatives behind all others, by name.
fn sort_references(arms: &mut [Value]) {
    arms.sort_by(|left, right| target(left).cmp(&target(right)));
}

/// Whether two arms are two descriptions of the same one.
fn are_twins(old: &Value, new: &Value) -> bool {
    let clears = |arm: &Value| values_of(arm) == [Value::from("")];
    match (Shape::of(old), Shape::of(new)) {
        (Shape::Reference, Shape::Reference) => target(old) == target(new),
        (Shape::Enum, Shape::Enum) => clears(old) == clears(new),
        (Shape::Text, Shape::Text) | (Shape::Scalar, Shape::Scalar) => {
            old.get("type") == new.get("type") && old.get("format") == new.get("format")
        }
        (old, new) => old == new,
    }
}

/// The object among `arms` that has the most fields of another one.
fn most_alike(arms: &[Value], arm: &Value) -> Option<usize> {
    if Shape::of(arm) != Shape::Object {
        return None;
    }
    let fields = members_of(arm);
    let shared = |other: &Value| members_of(other).keys().filter(|name| fields.contains_key(*name)).count();
    let objects = arms.iter().enumerate().filter(|(_, other)| Shape::of(other) == Shape::Object);
    objects.max_by_key(|(index, other)| (shared(other), arms.len() - index)).map(|(index, _)| index)
}

fn to_mapping(members: IndexMap<String, Value>) -> Mapping {
    members.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

fn sort_keys(mapping: &mut Mapping) {
    let mut entries: Vec<(Value, Value)> = std::mem::take(mapping).into_iter().collect();
    entries.sort_by(|(left, _), (right, _)| left.as_str().cmp(&right.as_str()));
    mapping.extend(entries);
}

/// The media type and the schema of what an operation takes.
fn content(operation: &Value) -> Option<(&str, &Value)> {
    let content = operation.get("requestBody")?.get("content")?.as_mapping()?;
    let (media, content) = content.iter().next()?;
    Some((media.as_str()?, content.get("schema")?))
}
