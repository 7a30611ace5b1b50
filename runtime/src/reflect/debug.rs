//! `Debug` output of any value, without secrets.

use std::fmt;

use crate::reflect::erased::AnyRef;
use crate::reflect::object::ObjectRef;
use crate::reflect::table::Field;
use crate::reflect::value::{Value, View};

/// Implements `Debug::fmt` for every generated type. Fields without a value are omitted. Secret
/// fields are printed as `[secret]`, personal ones as `[personal]`.
#[inline]
pub fn debug<T: Value>(value: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    debug_any(AnyRef::of(value), f)
}

fn debug_any(value: AnyRef<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value.view() {
        View::Absent => f.write_str("None"),
        View::Bool(value) => fmt::Debug::fmt(&value, f),
        View::Int(value) => fmt::Debug::fmt(&value, f),
        View::Float(value) => fmt::Debug::fmt(&value, f),
        View::Str(value) => fmt::Debug::fmt(&value, f),
        View::Decimal(value) => fmt::Debug::fmt(value.as_str(), f),
        View::DateTime(value) => fmt::Debug::fmt(value.as_str(), f),
        View::Raw(json) => write!(f, "RawJson({} bytes)", json.len()),
        View::Array(array) => f.debug_list().entries(array.iter().map(Shown)).finish(),
        View::Map(entries) => {
            let mut map = f.debug_map();
            entries.each(&mut |key, value| {
                map.entry(&key, &Shown(value));
            });
            map.finish()
        }
        View::Object(object) => debug_object(object, f),
    }
}

fn debug_object(object: ObjectRef<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut shown = f.debug_struct(object.table().name);
    for (field, value) in object.fields() {
        if matches!(value.view(), View::Absent) {
            continue;
        }
        if field.is(Field::SECRET) {
            shown.field(field.name, &format_args!("[secret]"));
        } else if field.is(Field::PERSONAL) {
            debug_personal(field.name, value, &mut shown);
        } else {
            shown.field(field.name, &Shown(value));
        }
    }
    shown.finish()
}

/// Prints that a personal field has a value. Of a map, such as `metadata`, the keys are printed as
/// well.
fn debug_personal(name: &str, value: AnyRef<'_>, shown: &mut fmt::DebugStruct<'_, '_>) {
    if let View::Map(entries) = value.view() {
        let mut keys = Vec::new();
        entries.each(&mut |key, _| keys.push(key.to_owned()));
        shown.field(name, &Keys(keys.iter().map(String::as_str)));
    } else {
        shown.field(name, &format_args!("[personal]"));
    }
}

/// A map of which only the keys are printed.
pub(crate) struct Keys<I>(pub I);

impl<'a, I: Iterator<Item = &'a str> + Clone> fmt::Debug for Keys<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = format_args!("[personal]");
        f.debug_map().entries(self.0.clone().map(|key| (key, hidden))).finish()
    }
}

struct Shown<'a>(AnyRef<'a>);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_any(self.0, f)
    }
}
