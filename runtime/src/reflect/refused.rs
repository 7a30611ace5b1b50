//! Types that the macros must reject, because their unsafe code would be unsound for them. Each
//! example differs in one line from one that compiles.
//!
//! ```
//! use pinstripe_runtime::{Unknown, from_json, object_table, string_enum};
//!
//! # #[allow(dead_code)]
//! #[repr(C)]
//! enum Color {
//!     Red,
//!     Blue,
//!     Unrecognized(Unknown),
//! }
//! string_enum!(Color { Red = "red", Blue = "blue" });
//!
//! #[repr(align(64))]
//! struct Paint {
//!     amount: i64,
//!     color: Option<Color>,
//! }
//! object_table!(Paint { amount = "amount", color = "color" });
//!
//! let paint: Paint = from_json(r#"{"amount": 5, "color": "blue"}"#)?;
//! assert!(paint.amount == 5 && paint.color == Some(Color::Blue));
//! # Ok::<(), pinstripe_runtime::DecodeError>(())
//! ```
//!
//! A packed struct, whose fields are not aligned:
//!
//! ```compile_fail
//! use pinstripe_runtime::{from_json, object_table};
//!
//! #[repr(packed)]
//! struct Paint {
//!     is_new: bool,
//!     amount: i64,
//! }
//! object_table!(Paint { amount = "amount", is_new = "is_new" });
//! from_json::<Paint>("{}").unwrap();
//! ```
//!
//! A packed struct whose fields happen to be aligned, while the struct itself is not:
//!
//! ```compile_fail
//! use pinstripe_runtime::{from_json, object_table};
//!
//! #[repr(C, packed)]
//! struct Paint {
//!     amount: i64,
//! }
//! object_table!(Paint { amount = "amount" });
//! from_json::<Paint>("{}").unwrap();
//! ```
//!
//! A struct that implements `Drop`, which code that only knows the fields would not call:
//!
//! ```compile_fail
//! use pinstripe_runtime::{from_json, object_table};
//!
//! struct Paint {
//!     amount: i64,
//! }
//! impl Drop for Paint {
//!     fn drop(&mut self) {}
//! }
//! object_table!(Paint { amount = "amount" });
//! from_json::<Paint>("{}").unwrap();
//! ```
//!
//! A union, whose fields overlap:
//!
//! ```compile_fail
//! use pinstripe_runtime::{from_json, object_table};
//!
//! union Paint {
//!     is_new: bool,
//!     amount: i64,
//! }
//! object_table!(Paint { is_new = "is_new" });
//! from_json::<Paint>("{}").unwrap();
//! ```
//!
//! A missing field:
//!
//! ```compile_fail
//! use pinstripe_runtime::{from_json, object_table};
//!
//! struct Paint {
//!     amount: i64,
//!     name: String,
//! }
//! object_table!(Paint { amount = "amount" });
//! from_json::<Paint>("{}").unwrap();
//! ```
//!
//! A repeated field:
//!
//! ```compile_fail
//! use pinstripe_runtime::{from_json, object_table};
//!
//! struct Paint {
//!     name: String,
//! }
//! object_table!(Paint { name = "label", name = "name" });
//! from_json::<Paint>("{}").unwrap();
//! ```
//!
//! An enum that is not `repr(C)`, so that the location of its discriminant is unspecified:
//!
//! ```compile_fail
//! use pinstripe_runtime::{Unknown, string_enum};
//!
//! enum Color {
//!     Red,
//!     Blue,
//!     Unrecognized(Unknown),
//! }
//! string_enum!(Color { Red = "red", Blue = "blue" });
//! let _ = Color::from("blue").as_str().len();
//! ```
//!
//! An enum with a discriminant of another size:
//!
//! ```compile_fail
//! use pinstripe_runtime::{Unknown, string_enum};
//!
//! #[repr(C, u8)]
//! enum Color {
//!     Red,
//!     Blue,
//!     Unrecognized(Unknown),
//! }
//! string_enum!(Color { Red = "red", Blue = "blue" });
//! let _ = Color::from("blue").as_str().len();
//! ```
//!
//! The same without `repr(C)`:
//!
//! ```compile_fail
//! use pinstripe_runtime::{Unknown, string_enum};
//!
//! #[repr(u16)]
//! enum Color {
//!     Red,
//!     Blue,
//!     Unrecognized(Unknown),
//! }
//! string_enum!(Color { Red = "red", Blue = "blue" });
//! let _ = Color::from("blue").as_str().len();
//! ```
//!
//! Values in a different order than the variants:
//!
//! ```compile_fail
//! use pinstripe_runtime::{Unknown, string_enum};
//!
//! #[repr(C)]
//! enum Color {
//!     Red,
//!     Blue,
//!     Unrecognized(Unknown),
//! }
//! string_enum!(Color { Blue = "blue", Red = "red" });
//! let _ = Color::from("blue").as_str().len();
//! ```
//!
//! Variants with explicit discriminants:
//!
//! ```compile_fail
//! use pinstripe_runtime::{Unknown, string_enum};
//!
//! #[repr(C, i32)]
//! enum Color {
//!     Red = 1,
//!     Blue = 2,
//!     Unrecognized(Unknown) = 3,
//! }
//! string_enum!(Color { Red = "red", Blue = "blue" });
//! let _ = Color::from("blue").as_str().len();
//! ```
//!
//! A last variant with an explicit discriminant:
//!
//! ```compile_fail
//! use pinstripe_runtime::{Unknown, string_enum};
//!
//! #[repr(C, i32)]
//! enum Color {
//!     Red,
//!     Blue,
//!     Unrecognized(Unknown) = 7,
//! }
//! string_enum!(Color { Red = "red", Blue = "blue" });
//! let _ = Color::from("blue").as_str().len();
//! ```
//!
//! An `Unrecognized` variant that is not the last one:
//!
//! ```compile_fail
//! use pinstripe_runtime::{Unknown, string_enum};
//!
//! #[repr(C)]
//! enum Color {
//!     Red,
//!     Unrecognized(Unknown),
//!     Blue,
//! }
//! string_enum!(Color { Red = "red", Blue = "blue" });
//! let _ = Color::from("blue").as_str().len();
//! ```
//!
//! An `Unrecognized` variant whose field has another type:
//!
//! ```compile_fail
//! use pinstripe_runtime::{Unknown, string_enum};
//!
//! #[repr(C)]
//! enum Color {
//!     Red,
//!     Blue,
//!     Unrecognized(Box<[u8]>),
//! }
//! string_enum!(Color { Red = "red", Blue = "blue" });
//! let _ = Color::from("blue").as_str().len();
//! ```
//!
//! A repeated value:
//!
//! ```compile_fail
//! use pinstripe_runtime::{Unknown, string_enum};
//!
//! #[repr(C)]
//! enum Color {
//!     Red,
//!     Blue,
//!     Unrecognized(Unknown),
//! }
//! string_enum!(Color { Red = "red", Red = "rouge", Blue = "blue" });
//! let _ = Color::from("blue").as_str().len();
//! ```
//!
//! A missing variant:
//!
//! ```compile_fail
//! use pinstripe_runtime::{Unknown, string_enum};
//!
//! #[repr(C)]
//! enum Color {
//!     Red,
//!     Blue,
//!     Unrecognized(Unknown),
//! }
//! string_enum!(Color { Red = "red" });
//! let _ = Color::from("blue").as_str().len();
//! ```
//!
//! An enum that implements `Drop`:
//!
//! ```compile_fail
//! use pinstripe_runtime::{Unknown, string_enum};
//!
//! #[repr(C)]
//! enum Color {
//!     Red,
//!     Blue,
//!     Unrecognized(Unknown),
//! }
//! impl Drop for Color {
//!     fn drop(&mut self) {}
//! }
//! string_enum!(Color { Red = "red", Blue = "blue" });
//! let _ = Color::from("blue").as_str().len();
//! ```
//!
