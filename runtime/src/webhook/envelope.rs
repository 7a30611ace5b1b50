//! The fields that every event has. They are read separately, so that a malformed field affects no
//! other.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::json::peek;
use crate::{DecodeError, Timestamp};

/// The JSON text of an event, and the ranges of its fields.
#[derive(Clone)]
pub(super) struct Envelope {
    json: Box<str>,
    pub(super) id: String,
    pub(super) type_name: String,
    fields: Vec<(&'static str, Range<usize>)>,
}

/// The fields with an accessor. Those of `data` are listed here as well, so that it is read only
/// once.
const FIELDS: [&str; 12] = [
    "account",
    "api_version",
    "context",
    "created",
    "data",
    "data.object",
    "data.previous_attributes",
    "livemode",
    "object",
    "reason",
    "related_object",
    "request",
];

impl Envelope {
    /// Reads an event, which may be in the envelope of a cloud provider.
    pub(super) fn open(json: &str) -> Result<Self, DecodeError> {
        let fields = read(json)?;
        let is_there = |name: &str| find(&fields, name).is_some();
        // Amazon EventBridge delivers the event in `detail`. Azure Event Grid, like all
        // CloudEvents, delivers it in `data`.
        let inner = match () {
            () if is_there("detail-type") => "detail",
            () if is_there("specversion") => "data",
            () => return Self::of(json, fields),
        };
        match peek::fields(json, [inner]) {
            [Some(inner)] if inner.starts_with('{') => Self::of(inner, read(inner)?),
            _ => Self::of(json, fields),
        }
    }

    fn of(json: &str, fields: Fields<'_>) -> Result<Self, DecodeError> {
        let required = |name| match find(&fields, name) {
            Some(value) => text_of(value)
                .ok_or_else(|| DecodeError::mismatch(name, "a string", describe(value))),
            None => Err(DecodeError::mismatch(
                name,
                "a field that every event has",
                "nothing".to_owned(),
            )),
        };
        let (id, type_name) = (required("id")?, required("type")?);
        let known =
            FIELDS.into_iter().filter_map(|name| Some((name, range(json, find(&fields, name)?))));
        Ok(Self { id, type_name, fields: known.collect(), json: json.into() })
    }

    /// Returns the event, byte for byte.
    pub(super) fn json(&self) -> &str {
        &self.json
    }

    pub(super) fn into_json(self) -> String {
        self.json.into_string()
    }

    /// Returns the JSON text of a field in [`FIELDS`].
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        let (_, range) = self.fields.iter().find(|(field, _)| *field == name)?;
        Some(&self.json[range.clone()])
    }

    /// Returns the ID of the request that caused the event. It is a field of `request`, or
    /// `request` itself in events of old API versions.
    pub(super) fn request_id(&self) -> Option<String> {
        let request = self.field("request")?;
        if request.starts_with('"') { text_of(request) } else { peek::text(request, "id") }
    }

    /// Returns the idempotency key of the request that caused the event.
    pub(super) fn idempotency_key(&self) -> Option<String> {
        peek::text(self.field("request")?, "idempotency_key")
    }

    /// Returns a field that is a string.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        text_of(self.field(name)?)
    }

    /// Returns a field that is a time, written as a number or as a string.
    pub(super) fn time(&self, name: &str) -> Option<Timestamp> {
        let json = self.field(name)?;
        let date_time =
            || crate::from_json::<crate::DateTime>(json).ok().map(|time| time.timestamp());
        crate::from_json::<Timestamp>(json).ok().or_else(date_time)
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.field(name) == Some("true")
    }

    /// Returns whether the event is thin: it names an object without containing it.
    pub(super) fn is_thin(&self) -> bool {
        match self.text("object").as_deref() {
            Some("v2.core.event") => true,
            Some("event") => false,
            _ => self.type_name.starts_with("v1.") || self.type_name.starts_with("v2."),
        }
    }
}

/// Decodes a JSON string. Returns `None` for any other value. Invalid characters, such as a lone
/// surrogate, are replaced.
fn text_of(json: &str) -> Option<String> {
    struct Text;

    impl Visitor<'_> for Text {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_bytes<E>(self, bytes: &[u8]) -> Result<String, E> {
            Ok(String::from_utf8_lossy(bytes).into_owned())
        }
    }

    serde_json::Deserializer::from_str(json).deserialize_bytes(Text).ok()
}

fn describe(json: &str) -> String {
    match json.as_bytes()[0] {
        b'{' => "an object".to_owned(),
        b'[' => "an array".to_owned(),
        b'"' => "a string".to_owned(),
        _ => json.chars().take(40).collect(),
    }
}

/// The fields of an object with their JSON text, in document order.
type Fields<'a> = Vec<(Cow<'a, str>, &'a str)>;

/// Returns a field. The last one of a repeated name counts.
fn find<'a>(fields: &Fields<'a>, name: &str) -> Option<&'a str> {
    fields.iter().rev().find(|(field, _)| field == name).map(|(_, value)| *value)
}

/// Reads the fields of an event and those of `data`. Values are not parsed, so their nesting depth
/// takes no stack.
fn read(json: &str) -> Result<Fields<'_>, DecodeError> {
    // `data` is usually an object. If it is not, it is treated as a plain field.
    let fields = read_fields(json, true).or_else(|_| read_fields(json, false));
    fields.map_err(|error| DecodeError::syntax(error.to_string()))
}

fn read_fields(json: &str, opens_data: bool) -> Result<Fields<'_>, serde_json::Error> {
    let mut fields = Vec::with_capacity(16);
    let mut deserializer = serde_json::Deserializer::from_str(json);
    (&mut deserializer).deserialize_map(Reader { fields: &mut fields, prefix: "", opens_data })?;
    deserializer.end()?;
    Ok(fields)
}

/// Collects the fields of an object.
struct Reader<'m, 'a> {
    fields: &'m mut Fields<'a>,
    prefix: &'static str,
    opens_data: bool,
}

impl<'a> DeserializeSeed<'a> for Reader<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Reader<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<&'a RawValue>()? {
            let name = name.get();
            if self.opens_data && name == "\"data\"" {
                self.fields.retain(|(name, _)| !name.starts_with("data."));
                map.next_value_seed(Reader {
                    fields: &mut *self.fields,
                    prefix: "data.",
                    opens_data: false,
                })?;
                continue;
            }
            let value = map.next_value::<&'a RawValue>()?.get();
            let bare = &name[1..name.len() - 1];
            // A name that is not a valid string belongs to no known field.
            let name = if bare.contains('\\') {
                Cow::Owned(text_of(name).unwrap_or_default())
            } else {
                Cow::Borrowed(bare)
            };
            match self.prefix {
                // A name with a dot is ignored, because it could be confused with a field of
                // `data`.
                "" if name.contains('.') => {}
                "" => self.fields.push((name, value)),
                prefix => self.fields.push((format!("{prefix}{name}").into(), value)),
            }
        }
        Ok(())
    }
}

/// Returns the range of a slice in the text it borrows from.
fn range(whole: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    start..start + part.len()
}
