//! Behavior that follows from the spec alone: objects are stored in the shape of their schema.

mod crud;
mod expand;
mod list;
mod renamed;
mod render;
mod search;
mod shape;

pub use crud::respond;
pub use expand::Expand;
pub use list::{list, page, page_list, page_of, passes, path};
pub use render::Renderer;
pub use shape::{Shape, merge, rfc3339};
