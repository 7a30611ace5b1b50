//! What every event has, read so that nothing in it can be in the way of the rest.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::json::peek;
use crate::{DecodeError, Timestamp};

/// An event as text, and where its members are in it.
#[derive(Clone)]
pub(super) struct Envelope {
    json: Box<str>,
    pub(super) id: String,
    pub(super) type_name: String,
    members: Vec<(&'static str, Range<usize>)>,
}

/// The members that anybody asks for. Those of `data` stand beside it, so that it is read once.
const MEMBERS: [&str; 12] = [
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
    /// Reads an event, out of the envelope of a cloud if it is in one.
    pub(super) fn open(json: &str) -> Result<Self, DecodeError> {
        let members = read(json)?;
        let is_there = |name: &str| find(&members, name).is_some();
        // Amazon EventBridge has it in `detail`, Azure Event Grid (and whoever else speaks CloudEvents) in `data`.
        let inner = match () {
            () if is_there("detail-type") => "detail",
            () if is_there("specversion") => "data",
            () => return Self::of(json, members),
        };
        match peek::members(json, [inner]) {
            [Some(inner)] if inner.starts_with('{') => Self::of(inner, read(inner)?),
            _ => Self::of(json, members),
        }
    }

    fn of(json: &str, members: Members<'_>) -> Result<Self, DecodeError> {
        let required = |name| match find(&members, name) {
            Some(value) => text_of(value)
                .ok_or_else(|| DecodeError::mismatch(name, "a string", describe(value))),
            None => Err(DecodeError::mismatch(
                name,
                "the member that every event has",
                "nothing".to_owned(),
            )),
        };
        let (id, type_name) = (required("id")?, required("type")?);
        let known =
            MEMBERS.into_iter().filter_map(|name| Some((name, range(json, find(&members, name)?))));
        Ok(Self { id, type_name, members: known.collect(), json: json.into() })
    }

    /// The whole event, byte for byte.
    pub(super) fn json(&self) -> &str {
        &self.json
    }

    pub(super) fn into_json(self) -> String {
        self.json.into_string()
    }

    /// A member, as text: one of those that are known.
    pub(super) fn member(&self, name: &str) -> Option<&str> {
        let (_, range) = self.members.iter().find(|(member, _)| *member == name)?;
        Some(&self.json[range.clone()])
    }

    /// The ID of the request that caused the event: a member of `request`, or in events of old API versions `request` itself.
    pub(super) fn request_id(&self) -> Option<String> {
        let request = self.member("request")?;
        if request.starts_with('"') { text_of(request) } else { peek::text(request, "id") }
    }

    /// The idempotency key of the request that caused the event.
    pub(super) fn idempotency_key(&self) -> Option<String> {
        peek::text(self.member("request")?, "idempotency_key")
    }

    /// A member that is text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        text_of(self.member(name)?)
    }

    /// A time, however it is written.
    pub(super) fn time(&self, name: &str) -> Option<Timestamp> {
        let json = self.member(name)?;
        let date_time =
            || crate::from_json::<crate::DateTime>(json).ok().map(|time| time.timestamp());
        crate::from_json::<Timestamp>(json).ok().or_else(date_time)
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.member(name) == Some("true")
    }

    /// Whether it names an object and does not carry it.
    pub(super) fn is_thin(&self) -> bool {
        match self.text("object").as_deref() {
            Some("v2.core.event") => true,
            Some("event") => false,
            _ => self.type_name.starts_with("v1.") || self.type_name.starts_with("v2."),
        }
    }
}

/// Text of JSON as text, or nothing if it is not text. What is no character, such as half a surrogate pair, is replaced.
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

/// The members of an object, as text, in the order they came.
type Members<'a> = Vec<(Cow<'a, str>, &'a str)>;

/// A member. Of several with the same name the last one counts.
fn find<'a>(members: &Members<'a>, name: &str) -> Option<&'a str> {
    members.iter().rev().find(|(member, _)| member == name).map(|(_, value)| *value)
}

/// The members of an event, and those of `data` beside it. None is looked into, which takes no stack, however deep they are.
fn read(json: &str) -> Result<Members<'_>, DecodeError> {
    // `data` is an object, unless somebody made it something else: then it is a member like all others.
    let members = read_members(json, true).or_else(|_| read_members(json, false));
    members.map_err(|error| DecodeError::syntax(error.to_string()))
}

fn read_members(json: &str, opens_data: bool) -> Result<Members<'_>, serde_json::Error> {
    let mut members = Vec::with_capacity(16);
    let mut deserializer = serde_json::Deserializer::from_str(json);
    (&mut deserializer).deserialize_map(Reader {
        members: &mut members,
        prefix: "",
        opens_data,
    })?;
    deserializer.end()?;
    Ok(members)
}

/// Collects the members of an object.
struct Reader<'m, 'a> {
    members: &'m mut Members<'a>,
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
                self.members.retain(|(name, _)| !name.starts_with("data."));
                map.next_value_seed(Reader {
                    members: &mut *self.members,
                    prefix: "data.",
                    opens_data: false,
                })?;
                continue;
            }
            let value = map.next_value::<&'a RawValue>()?.get();
            let bare = &name[1..name.len() - 1];
            // A name that is no text is of no event.
            let name = if bare.contains('\\') {
                Cow::Owned(text_of(name).unwrap_or_default())
            } else {
                Cow::Borrowed(bare)
            };
            match self.prefix {
                // What has a dot here is no member of an event, and is not to be taken for one of `data`.
                "" if name.contains('.') => {}
                "" => self.members.push((name, value)),
                prefix => self.members.push((format!("{prefix}{name}").into(), value)),
            }
        }
        Ok(())
    }
}

/// Where a part of a text is in it.
fn range(whole: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    start..start + part.len()
}
