//! Printing any value for a person to read, without its secrets.

use std::fmt;

use crate::object::{Field, ObjectRef};
use crate::value::{AnyValue, View};

/// `Debug::fmt` for every generated type. Fields without a value are left out; secret ones show as `[secret]`.
pub fn debug(value: &dyn AnyValue, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    fmt::Debug::fmt(&Shown(value), f)
}

struct Shown<'a>(&'a dyn AnyValue);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.view_any() {
            View::Absent | View::Null => f.write_str("None"),
            View::Bool(value) => fmt::Debug::fmt(&value, f),
            View::Int(value) => fmt::Debug::fmt(&value, f),
            View::Float(value) => fmt::Debug::fmt(&value, f),
            View::Str(value) => fmt::Debug::fmt(&value, f),
            View::Raw(json) => write!(f, "RawJson({} bytes)", json.len()),
            View::Array(array) => (f.debug_list()).entries((0..array.len()).map(|index| Shown(array.item(index)))).finish(),
            View::Map(entries) => {
                let mut map = f.debug_map();
                entries.each(&mut |key, value| {
                    map.entry(&key, &Shown(value));
                });
                map.finish()
            }
            View::Object(object) => fmt_object(object, f),
        }
    }
}

fn fmt_object(object: ObjectRef<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut shown = f.debug_struct(object.table().name);
    for (field, value) in object.fields() {
        if matches!(value.view_any(), View::Absent) {
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
