//! Printing any value for a person to read, without its secrets.

use std::fmt;

use crate::reflect::erased::AnyRef;
use crate::reflect::object::ObjectRef;
use crate::reflect::table::Field;
use crate::reflect::value::{Value, View};

/// `Debug::fmt` for every generated type. Fields without a value are left out; secret ones show as `[secret]`.
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
        } else {
            shown.field(field.name, &Shown(value));
        }
    }
    shown.finish()
}

struct Shown<'a>(AnyRef<'a>);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_any(self.0, f)
    }
}
