//! The model as one compact file, for programs that need the API at run time without its YAML.
//!
//! The file is JSON with one entry per line, so that a change of the spec is a readable diff. Equal
//! types are written once. Names of Rust, docs and locations are left out.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{
    Api, Body, Encoding, Event, EventKind, Field, Host, Kind, Lifetime, Method, Object, Operation,
    Parameter, Place, Response, Schema, SchemaId, Style, Type, TypeId,
};
use crate::diagnostic::Location;

/// The number of the format, so that a program rejects a file of another one.
const FORMAT: u64 = 1;

/// Writes the compact form of an API.
pub fn write(api: &Api) -> String {
    let mut writer = Writer { api, lines: Vec::new(), known: HashMap::new() };
    let schemas: Vec<String> = (api.schemas.iter())
        .map(|(name, schema)| {
            let ty = writer.ty(schema.ty);
            let lifetime = writer.lifetime(&schema.lifetime);
            json!([name, ty, schema.resource_id, lifetime]).to_string()
        })
        .collect();
    let operations: Vec<String> =
        api.operations.iter().map(|operation| writer.operation(operation).to_string()).collect();
    let events: Vec<String> =
        api.events.iter().map(|event| writer.event(event).to_string()).collect();
    let list = |lines: &[String]| format!("[\n{}\n]", lines.join(",\n"));
    format!(
        "{{\n\"format\": {FORMAT},\n\"version\": {},\n\"versions\": {},\n\"types\": {},\n\"schemas\": {},\n\"operations\": {},\n\"events\": {}\n}}\n",
        json!(api.version),
        json!(api.versions),
        list(&writer.lines),
        list(&schemas),
        list(&operations),
        list(&events),
    )
}

/// Reads what [`write()`] wrote.
///
/// # Errors
///
/// When the text is not a compact API of this format.
pub fn read(text: &str) -> Result<Api, String> {
    let file: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if file["format"] != FORMAT {
        return Err(format!("the format is {}, expected {FORMAT}", file["format"]));
    }
    Reader { file: &file }.api().ok_or_else(|| "an entry is malformed".to_owned())
}

struct Writer<'a> {
    api: &'a Api,
    /// The types so far.
    lines: Vec<String>,
    known: HashMap<String, usize>,
}

impl Writer<'_> {
    fn ty(&mut self, id: TypeId) -> usize {
        let ty = self.api.ty(id);
        let kind = match &ty.kind {
            Kind::Boolean => json!(["bool"]),
            Kind::Integer => json!(["int"]),
            Kind::Number => json!(["number"]),
            Kind::Decimal => json!(["decimal"]),
            Kind::Int64 => json!(["int64"]),
            Kind::UnixTime => json!(["time"]),
            Kind::DateTime => json!(["date"]),
            Kind::Text { max_length } => json!(["text", max_length]),
            Kind::Currency => json!(["currency"]),
            Kind::Id(schema) => json!(["id", schema.0]),
            Kind::Enum(values) => {
                let lifetimes: Vec<Value> = (ty.values.iter())
                    .map(|(value, lifetime)| json!([value, self.lifetime(lifetime)]))
                    .collect();
                json!(["enum", values, lifetimes])
            }
            Kind::Binary => json!(["binary"]),
            Kind::Json => json!(["json"]),
            Kind::Empty => json!(["empty"]),
            Kind::Object(object) => {
                let fields: Vec<Value> =
                    object.fields.iter().map(|field| self.field(field)).collect();
                json!(["object", object.object, object.deleted, fields])
            }
            Kind::Array(item) => json!(["array", self.ty(*item)]),
            Kind::Map(value) => json!(["map", self.ty(*value)]),
            Kind::Schema(schema) => json!(["schema", schema.0]),
            Kind::Lazy(schema) => json!(["lazy", schema.0]),
            Kind::Expandable(schemas) => {
                json!(["expandable", schemas.iter().map(|schema| schema.0).collect::<Vec<_>>()])
            }
            Kind::MaybeDeleted { present, deleted } => {
                json!(["maybe_deleted", present.0, deleted.0])
            }
            Kind::Union(types) => {
                let types: Vec<usize> = types.iter().map(|ty| self.ty(*ty)).collect();
                json!(["union", types])
            }
            Kind::Clearable(inner) => json!(["clearable", self.ty(*inner)]),
            Kind::List(item) => json!(["list", self.ty(*item)]),
            Kind::SearchResult(item) => json!(["search_result", self.ty(*item)]),
            Kind::Page(item) => json!(["page", self.ty(*item)]),
            Kind::Range(inner) => json!(["range", self.ty(*inner)]),
        };
        let line = kind.to_string();
        if let Some(index) = self.known.get(&line) {
            return *index;
        }
        self.lines.push(line.clone());
        self.known.insert(line, self.lines.len() - 1);
        self.lines.len() - 1
    }

    fn lifetime(&self, lifetime: &Lifetime) -> Value {
        let index = |version: &Option<String>| {
            let version = version.as_ref()?;
            let index = self.api.versions.iter().position(|known| known == version);
            Some(index.map_or_else(|| json!(version), |index| json!(index)))
        };
        match (index(&lifetime.since), index(&lifetime.until)) {
            (None, None) => json!(0),
            (since, until) => json!([since, until]),
        }
    }

    fn field(&mut self, field: &Field) -> Value {
        let flags = u8::from(field.required) | u8::from(field.nullable) << 1;
        json!([field.name, self.ty(field.ty), flags, self.lifetime(&field.lifetime)])
    }

    fn operation(&mut self, operation: &Operation) -> Value {
        let parameters: Vec<Value> = (operation.parameters.iter())
            .map(|parameter| {
                let place = match parameter.place {
                    Place::Path => "path",
                    Place::Query => "query",
                    Place::Header => "header",
                };
                json!([place, self.field(&parameter.field)])
            })
            .collect();
        let body = operation.body.as_ref().map(|body| {
            let encoding = match body.encoding {
                Encoding::Form => "form",
                Encoding::Json => "json",
                Encoding::Multipart => "multipart",
            };
            let fields: Vec<Value> = body.fields.iter().map(|field| self.field(field)).collect();
            json!([encoding, fields])
        });
        let response = match operation.response {
            Response::Json(ty) => json!(self.ty(ty)),
            Response::Binary => json!("binary"),
            Response::Empty => json!("empty"),
        };
        let host = match operation.host {
            Host::Api => "api",
            Host::Connect => "connect",
            Host::Files => "files",
            Host::MeterEvents => "meter-events",
        };
        let flags = u8::from(operation.preview)
            | u8::from(operation.deprecated) << 1
            | u8::from(operation.legacy) << 2;
        json!([
            operation.id,
            operation.method.as_str(),
            operation.path,
            host,
            operation.name,
            parameters,
            body,
            response,
            operation.beta,
            flags,
            self.lifetime(&operation.lifetime),
        ])
    }

    fn event(&mut self, event: &Event) -> Value {
        let kind = match event.kind {
            EventKind::Snapshot { object } => json!(["snapshot", self.ty(object)]),
            EventKind::Thin { data, related } => {
                json!(["thin", data.map(|data| self.ty(data)), related.map(|related| related.0)])
            }
        };
        json!([event.name, kind, event.preview, self.lifetime(&event.lifetime)])
    }
}

struct Reader<'a> {
    file: &'a Value,
}

impl Reader<'_> {
    fn api(&self) -> Option<Api> {
        let mut api = Api {
            version: text(&self.file["version"])?,
            versions: all(&self.file["versions"], text)?,
            ..Api::default()
        };
        let versions = api.versions.clone();
        api.types = all(&self.file["types"], |line| ty(line, &versions))?;
        for line in self.file["schemas"].as_array()? {
            let schema = Schema {
                ty: type_id(&line[1])?,
                at: Location::default(),
                resource_id: line[2].as_str().map(str::to_owned),
                lifetime: lifetime(&line[3], &versions)?,
            };
            api.schemas.insert(text(&line[0])?, schema);
        }
        api.operations = all(&self.file["operations"], |line| operation(line, &versions))?;
        api.events = all(&self.file["events"], |line| event(line, &versions))?;
        Some(api)
    }
}

fn all<T>(list: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    list.as_array()?.iter().map(read).collect()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn index(value: &Value) -> Option<u32> {
    u32::try_from(value.as_u64()?).ok()
}

fn type_id(value: &Value) -> Option<TypeId> {
    index(value).map(TypeId)
}

fn schema_id(value: &Value) -> Option<SchemaId> {
    index(value).map(SchemaId)
}

fn lifetime(value: &Value, versions: &[String]) -> Option<Lifetime> {
    let version = |value: &Value| match value {
        Value::Number(index) => versions.get(index.as_u64()? as usize).cloned(),
        other => text(other),
    };
    Some(Lifetime { since: version(&value[0]), until: version(&value[1]) })
}

fn field(value: &Value, versions: &[String]) -> Option<Field> {
    let flags = value[2].as_u64()?;
    Some(Field {
        name: text(&value[0])?,
        ty: type_id(&value[1])?,
        required: flags & 1 != 0,
        nullable: flags & 2 != 0,
        secret: false,
        personal: false,
        deprecated: false,
        lifetime: lifetime(&value[3], versions)?,
        description: None,
    })
}

fn ty(line: &Value, versions: &[String]) -> Option<Type> {
    let mut values = indexmap::IndexMap::new();
    let kind = match line[0].as_str()? {
        "bool" => Kind::Boolean,
        "int" => Kind::Integer,
        "number" => Kind::Number,
        "decimal" => Kind::Decimal,
        "int64" => Kind::Int64,
        "time" => Kind::UnixTime,
        "date" => Kind::DateTime,
        "text" => Kind::Text { max_length: line[1].as_i64() },
        "currency" => Kind::Currency,
        "id" => Kind::Id(schema_id(&line[1])?),
        "enum" => {
            for value in line[2].as_array()? {
                values.insert(text(&value[0])?, lifetime(&value[1], versions)?);
            }
            Kind::Enum(all(&line[1], text)?)
        }
        "binary" => Kind::Binary,
        "json" => Kind::Json,
        "empty" => Kind::Empty,
        "object" => Kind::Object(Object {
            object: line[1].as_str().map(str::to_owned),
            deleted: line[2].as_bool()?,
            fields: all(&line[3], |value| field(value, versions))?,
        }),
        "array" => Kind::Array(type_id(&line[1])?),
        "map" => Kind::Map(type_id(&line[1])?),
        "schema" => Kind::Schema(schema_id(&line[1])?),
        "lazy" => Kind::Lazy(schema_id(&line[1])?),
        "expandable" => Kind::Expandable(all(&line[1], schema_id)?),
        "maybe_deleted" => {
            Kind::MaybeDeleted { present: schema_id(&line[1])?, deleted: schema_id(&line[2])? }
        }
        "union" => Kind::Union(all(&line[1], type_id)?),
        "clearable" => Kind::Clearable(type_id(&line[1])?),
        "list" => Kind::List(type_id(&line[1])?),
        "search_result" => Kind::SearchResult(type_id(&line[1])?),
        "page" => Kind::Page(type_id(&line[1])?),
        "range" => Kind::Range(type_id(&line[1])?),
        _ => return None,
    };
    Some(Type {
        kind,
        title: None,
        description: None,
        values,
        value_descriptions: indexmap::IndexMap::new(),
        class: None,
    })
}

fn operation(line: &Value, versions: &[String]) -> Option<Operation> {
    let flags = line[9].as_u64()?;
    let parameter = |value: &Value| {
        let place = match value[0].as_str()? {
            "path" => Place::Path,
            "query" => Place::Query,
            "header" => Place::Header,
            _ => return None,
        };
        // Stripe writes lists and objects in brackets, wherever they are.
        Some(Parameter { place, style: Style::Brackets, field: field(&value[1], versions)? })
    };
    let body = match &line[6] {
        Value::Null => None,
        body => Some(Body {
            style: Style::Brackets,
            encoding: match body[0].as_str()? {
                "form" => Encoding::Form,
                "json" => Encoding::Json,
                "multipart" => Encoding::Multipart,
                _ => return None,
            },
            fields: all(&body[1], |value| field(value, versions))?,
        }),
    };
    Some(Operation {
        id: text(&line[0])?,
        method: match line[1].as_str()? {
            "DELETE" => Method::Delete,
            "GET" => Method::Get,
            "POST" => Method::Post,
            _ => return None,
        },
        path: text(&line[2])?,
        host: match line[3].as_str()? {
            "api" => Host::Api,
            "connect" => Host::Connect,
            "files" => Host::Files,
            "meter-events" => Host::MeterEvents,
            _ => return None,
        },
        resource: 0,
        name: text(&line[4])?,
        parameters: all(&line[5], parameter)?,
        body,
        response: match &line[7] {
            Value::String(kind) if kind == "binary" => Response::Binary,
            Value::String(_) => Response::Empty,
            ty => Response::Json(type_id(ty)?),
        },
        beta: line[8].as_str().map(str::to_owned),
        preview: flags & 1 != 0,
        deprecated: flags & 2 != 0,
        legacy: flags & 4 != 0,
        lifetime: lifetime(&line[10], versions)?,
        description: None,
    })
}

fn event(line: &Value, versions: &[String]) -> Option<Event> {
    let kind = &line[1];
    Some(Event {
        name: text(&line[0])?,
        kind: match kind[0].as_str()? {
            "snapshot" => EventKind::Snapshot { object: type_id(&kind[1])? },
            _ => EventKind::Thin { data: type_id(&kind[1]), related: schema_id(&kind[2]) },
        },
        at: Location::default(),
        preview: line[2].as_bool()?,
        lifetime: lifetime(&line[3], versions)?,
        description: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    const SPEC: &str = "
info: {version: 2026-10-28.endive, x-versions: [2024-06-20, 2026-10-28.endive]}
paths:
  /v1/cards/{card}:
    post:
      operationId: PostCard
      parameters: [{name: card, in: path, required: true, schema: {type: string}}]
      requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object, properties: {brand: {type: string, enum: [visa, jcb], x-enumSince: {jcb: 2026-10-28.endive}}}}}}}
      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/card'}}}}}
components:
  schemas:
    card: {type: object, x-resourceId: card, required: [id], properties: {id: {type: string}, old: {type: integer, x-until: 2026-10-28.endive}, next: {$ref: '#/components/schemas/card'}}}
";

    #[test]
    fn a_written_api_is_read_back() {
        let source = Source { path: "spec.yaml".to_owned(), text: SPEC.to_owned() };
        let api =
            crate::read(vec![source]).unwrap_or_else(|failure| panic!("{}", failure.render()));
        let text = write(&api);
        let again = read(&text).unwrap();
        assert_eq!(write(&again), text);
        assert_eq!(again.operations[0].path, "/v1/cards/{card}");
        let Kind::Object(card) = &again.ty(again.schemas["card"].ty).kind else { panic!() };
        let old = card.fields.iter().find(|field| field.name == "old").unwrap();
        assert_eq!(old.lifetime.until.as_deref(), Some("2026-10-28.endive"));
        assert!(!old.required);
    }

    #[test]
    fn malformed_text_is_an_error() {
        assert!(read("").is_err());
        assert!(read("{\"format\": 2}").unwrap_err().contains("expected 1"));
        assert_eq!(read("{\"format\": 1, \"version\": 5}").unwrap_err(), "an entry is malformed");
    }
}
