//! Types, as seen from a module.

use super::layout::Code;
use crate::plan::{Given, Type, item_path};

pub fn render(ty: &Type, here: &[String]) -> Code {
    match ty {
        Type::Bool => Code::text("bool"),
        Type::I64 => Code::text("i64"),
        Type::F64 => Code::text("f64"),
        Type::String => Code::text("String"),
        Type::Unit => Code::text("()"),
        Type::Runtime(name) => Code::text(*name),
        Type::Of(name, inner) => {
            let inner = inner.iter().map(|inner| render(inner, here)).collect();
            Code::list(format!("{name}<"), inner, ">")
        }
        Type::Vec(inner) => generic("Vec", inner, here),
        Type::Option(inner) => generic("Option", inner, here),
        Type::Boxed(inner) => generic("Box", inner, here),
        Type::Named { module, name, .. } if module == here => Code::text(name),
        Type::Named { module, name, is_main, .. } => {
            Code::text(format!("crate::{}", item_path(module, name, *is_main)))
        }
    }
}

fn generic(name: &str, inner: &Type, here: &[String]) -> Code {
    Code::list(format!("{name}<"), vec![render(inner, here)], ">")
}

/// The type of the argument of a setter.
pub fn setting(given: &Given, here: &[String]) -> Code {
    let ty = match given {
        Given::Into(ty) => render(ty, here),
        Given::Items(ty) => generic("Vec", ty, here),
        Given::Expansions(_) => return argument(given, here),
    };
    Code::list("impl Argument<", vec![ty, Code::text("K")], ">")
}

/// The type of the argument of a function.
pub fn argument(given: &Given, here: &[String]) -> Code {
    let into = Code::list("impl Into<", vec![render(given.ty(), here)], ">");
    match given {
        Given::Into(_) => into,
        Given::Expansions(ty) => Code::list("impl Expands<", vec![render(ty, here)], ">"),
        Given::Items(_) => Code::list("impl IntoIterator<", vec![into.between("Item = ", "")], ">"),
    }
}
