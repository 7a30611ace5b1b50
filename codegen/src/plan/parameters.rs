//! Plans the objects in requests. Equal ones share a type.

use std::collections::HashSet;

use super::build::{Context, Planner, distinct};
use super::prose::prose;
use super::shape::Shape;
use super::type_registry::Resolution;
use super::{Given, Item, ModulePath, Param, Params, Type, docs, names, sharing};
use crate::model::{self, Kind, TypeId};

impl Planner<'_> {
    /// Returns the parameters of a request or of an object in it.
    pub(super) fn params<'f>(
        &mut self,
        fields: impl IntoIterator<Item = (&'f model::Field, Option<model::Place>, model::Style)>,
        module: &ModulePath,
        trail: &[String],
        reserved: &[&str],
    ) -> Vec<Param> {
        let fields: Vec<_> = fields.into_iter().collect();
        let wires = fields.iter().map(|(field, ..)| (field.name.as_str(), field.required));
        let idents = names::parameters(wires, reserved);
        // Top-level parameters of a request are equal only by chance.
        let siblings = match trail {
            [_] => HashSet::new(),
            _ => sharing::siblings(self.api, &self.shapes, fields.iter().map(|(field, ..)| *field)),
        };
        let scope = Scope { module, trail, siblings: &siblings, description: None };
        (fields.into_iter().zip(idents))
            .map(|((field, place, style), ident)| Param {
                place,
                style,
                ..self.param(field, ident, &scope)
            })
            .collect()
    }

    fn param(&mut self, field: &model::Field, ident: String, scope: &Scope<'_>) -> Param {
        let scope = Scope { description: field.description.as_deref(), ..*scope };
        let ty = self.param_type(field.ty, &field.name, &scope);
        let given = match ty {
            Type::Vec(item) => Given::Items(*item),
            ty => Given::Into(ty),
        };
        let docs = docs::field(self.api, field, &ident);
        Param {
            ident,
            wire: field.name.clone(),
            docs,
            place: None,
            style: model::Style::Brackets,
            secret: field.secret,
            personal: field.personal,
            required: field.required,
            refused: docs::refused(&field.lifetime),
            given,
        }
    }

    fn param_type(&mut self, id: TypeId, field: &str, scope: &Scope<'_>) -> Type {
        let api = self.api;
        let ty = api.ty(id);
        match &ty.kind {
            Kind::Array(item) => Type::Vec(Box::new(self.param_type(*item, field, scope))),
            Kind::Map(value) => Type::of("Map", self.param_type(*value, field, scope)),
            Kind::Clearable(inner) => Type::of("Clearable", self.param_type(*inner, field, scope)),
            Kind::Object(object) => self.param_object(id, object, field, scope),
            Kind::Union(arms) => {
                let key = (scope.module.clone(), field.to_owned(), self.shapes.of(api, id));
                let candidates = scope
                    .context(field)
                    .candidates(&names::camel(&names::singular(field)), "Param");
                let existing = self.param_types.get(&key).cloned();
                let (module, name) = match self.resolve(id, scope.module, existing, candidates) {
                    Resolution::Existing(ty) => {
                        self.shared_docs.note(&ty, scope.description);
                        return ty;
                    }
                    Resolution::New(home) => home,
                };
                let union = self.param_union(
                    name.clone(),
                    arms,
                    field,
                    &Scope { module: &module, ..*scope },
                );
                self.push(&module, Item::Union(union));
                let ty = Type::Named { module, name, is_struct: false, is_main: false };
                self.param_types.insert(key, ty.clone());
                self.shared_docs.note(&ty, scope.description);
                self.build(id, scope.module, &ty);
                ty
            }
            _ => self.ty(id, &scope.context(field)),
        }
    }

    /// Returns the type of an object. There is one per name and shape in a module.
    fn param_object(
        &mut self,
        id: TypeId,
        object: &model::Object,
        field: &str,
        scope: &Scope<'_>,
    ) -> Type {
        let shape = self.shapes.of(self.api, id);
        let title = sharing::title(self.api, id, field);
        let is_shared = self.sharing.is_shared_object(&title, shape);
        let (own, trail) = match scope.trail {
            // A type that several siblings share is named after their parent.
            [outer @ .., last] if scope.siblings.contains(&shape) && !is_shared => {
                (names::singular(last).into_owned(), outer)
            }
            trail => (names::camel(&title), trail),
        };
        let module = scope.module;
        let context = Context {
            module,
            trail,
            short: true,
            field: &title,
            siblings: None,
            description: None,
        };
        let key = (if is_shared { Vec::new() } else { module.clone() }, own.clone(), shape);
        let existing = self.param_types.get(&key).cloned();
        let description = self.api.ty(id).description.as_deref().or(scope.description);
        let (home, name) =
            match self.resolve(id, module, existing, context.candidates(&own, "Params")) {
                Resolution::Existing(ty) => {
                    self.shared_docs.note(&ty, description);
                    return ty;
                }
                Resolution::New(home) => home,
            };
        let ty = Type::Named {
            module: home.clone(),
            name: name.clone(),
            is_struct: true,
            is_main: false,
        };
        self.param_types.insert(key, ty.clone());
        self.shared_docs.note(&ty, description);
        self.build(id, module, &ty);
        let mut inner = trail.to_vec();
        inner.push(own);
        let fields = {
            let fields = object.fields.iter().map(|field| (field, None, model::Style::Brackets));
            self.params(fields, &home, &inner, &["new"])
        };
        let docs = match description {
            Some(description) => prose(description),
            None => vec![format!("Parameters of `{title}`.")],
        };
        self.push(&home, Item::Params(Params { name, docs, fields }));
        ty
    }

    fn param_union(
        &mut self,
        name: String,
        arms: &[TypeId],
        field: &str,
        scope: &Scope<'_>,
    ) -> super::Union {
        let plain: Vec<TypeId> =
            arms.iter().copied().filter(|arm| !has_parts(self.api, *arm)).collect();
        let docs = match scope.description {
            Some(description) => prose(description),
            None => vec![format!("Accepted forms of `{field}`.")],
        };
        let mut union = self.new_union(name, docs, &plain, &scope.context(field));
        for arm in arms.iter().filter(|arm| !plain.contains(arm)) {
            let payload = self.param_type(*arm, field, scope);
            let ident = match &payload {
                Type::Named { name, .. } => name.trim_end_matches("Params").to_owned(),
                Type::Vec(_) => "List".to_owned(),
                Type::Of("Map", _) => "Map".to_owned(),
                _ => "Object".to_owned(),
            };
            let payload = match payload {
                Type::Vec(_) => payload,
                other => Type::Boxed(Box::new(other)),
            };
            let payload = Some(payload);
            union.arms.push(super::Arm {
                ident,
                kind: super::ArmKind::Other,
                payload,
                parts: Vec::new(),
            });
        }
        union.arms = distinct(union.arms);
        union
    }
}

/// Returns whether a value in requests needs a generated type.
fn has_parts(api: &model::Api, id: TypeId) -> bool {
    match &api.ty(id).kind {
        Kind::Object(_) | Kind::Union(_) => true,
        Kind::Array(inner) | Kind::Map(inner) | Kind::Clearable(inner) => has_parts(api, *inner),
        _ => false,
    }
}

/// The surroundings of a parameter.
struct Scope<'s> {
    module: &'s ModulePath,
    trail: &'s [String],
    siblings: &'s HashSet<Shape>,
    /// The description of the parameter, for types that have none of their own.
    description: Option<&'s str>,
}

impl Scope<'_> {
    fn context<'c>(&'c self, field: &'c str) -> Context<'c> {
        Context {
            module: self.module,
            trail: self.trail,
            short: true,
            field,
            siblings: Some(self.siblings),
            description: self.description,
        }
    }
}
