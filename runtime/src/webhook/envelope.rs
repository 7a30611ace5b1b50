//! What every event has, read so that nothing in it can be in the way of the rest.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::{DecodeError, Timestamp};

/// An event as text, and where its members are in it.
#[derive(Clone)]
pub(super) struct Envelope {
    json: Box<str>,
    pub(super) id: String,
    pub(super) type_name: String,
    members: Vec<(Box<str>, Range<usize>)>,
}

impl Envelope {
    /// Reads an event, out of the envelope of a cloud if it is in one.
    pub(super) fn open(json: &str) -> Result<Self, DecodeError> {
        let members = members(json)?;
        let member = |name: &str| find(&members, name).map(RawValue::get);
        // Amazon EventBridge has it in `detail`, Azure Event Grid (and whoever else speaks CloudEvents) in `data`.
        let inner = match () {
            () if member("detail-type").is_some() => member("detail"),
            () if member("specversion").is_some() => member("data"),
            () => None,
        };
        if let Some(inner) = inner.filter(|inner| inner.starts_with('{')) {
            return Self::read(inner);
        }
        Self::of(json, members)
    }

    fn read(json: &str) -> Result<Self, DecodeError> {
        Self::of(json, members(json)?)
    }

    fn of(json: &str, members: Vec<(String, &RawValue)>) -> Result<Self, DecodeError> {
        let required = |name| match find(&members, name) {
            Some(value) => text(value).ok_or_else(|| DecodeError::mismatch(name, "a string", describe(value))),
            None => Err(DecodeError::mismatch(name, "the member that every event has", "nothing".to_owned())),
        };
        let (id, type_name) = (required("id")?, required("type")?);
        let members = members.into_iter().map(|(name, value)| (name.into_boxed_str(), range(json, value.get()))).collect();
        Ok(Self { json: json.into(), id, type_name, members })
    }

    /// The whole event, byte for byte.
    pub(super) fn json(&self) -> &str {
        &self.json
    }

    pub(super) fn into_json(self) -> String {
        self.json.into_string()
    }

    /// A member, as text. Of several with the same name the last one counts.
    pub(super) fn member(&self, name: &str) -> Option<&str> {
        let (_, range) = self.members.iter().rev().find(|(member, _)| **member == *name)?;
        Some(&self.json[range.clone()])
    }

    /// A member of a member.
    pub(super) fn inner(&self, outer: &str, name: &str) -> Option<&str> {
        let json = self.member(outer)?;
        let members = members(json).ok()?;
        let value = find(&members, name)?;
        Some(&json[range(json, value.get())])
    }

    /// A member that is text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        text_of(self.member(name)?)
    }

    /// A time, however it is written.
    pub(super) fn time(&self, name: &str) -> Option<Timestamp> {
        let json = self.member(name)?;
        let date_time = || crate::from_json::<crate::DateTime>(json).ok().map(|time| time.timestamp());
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
pub(super) fn text_of(json: &str) -> Option<String> {
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

fn text(value: &RawValue) -> Option<String> {
    text_of(value.get())
}

fn describe(value: &RawValue) -> String {
    match value.get().as_bytes()[0] {
        b'{' => "an object".to_owned(),
        b'[' => "an array".to_owned(),
        _ => value.get().chars().take(40).collect(),
    }
}

fn find<'a>(members: &[(String, &'a RawValue)], name: &str) -> Option<&'a RawValue> {
    members.iter().rev().find(|(member, _)| member == name).map(|(_, value)| *value)
}

/// The members of an object, none of which is looked into. That takes no stack, however deep they are.
fn members(json: &str) -> Result<Vec<(String, &RawValue)>, DecodeError> {
    struct Members;

    impl<'de> Visitor<'de> for Members {
        type Value = Vec<(String, &'de RawValue)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::with_capacity(12);
            while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
                // A name that is no text is of no event.
                members.push((text(name).unwrap_or_default(), value));
            }
            Ok(members)
        }
    }

    let mut deserializer = serde_json::Deserializer::from_str(json);
    let members = (&mut deserializer).deserialize_map(Members);
    let members = members.and_then(|members| deserializer.end().map(|()| members));
    members.map_err(|error| DecodeError::syntax(error.to_string()))
}

/// Where a part of a text is in it.
fn range(whole: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    start..start + part.len()
}
