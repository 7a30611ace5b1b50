//! What the macros refuse: types that would make their unsafe code wrong. Each of these differs in one line from one that compiles.
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
//! A packed struct whose fields lie as if they were aligned, where the struct itself does not:
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
//! A struct with a `Drop` of its own, which code that knows only its fields would not run:
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
//! A union, whose field may be another one:
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
//! A field that is left out:
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
//! A field that is given twice:
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
//! An enum that is not `repr(C)`, so that nobody knows where its number is:
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
//! An enum with a number of another size:
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
//! Values in another order than the variants:
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
//! Variants with numbers of their own:
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
//! A last variant with a number of its own:
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
//! A last variant that is not the last:
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
//! A last variant with a field that is no text:
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
//! A value that is given twice:
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
//! A variant that is left out:
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
//! An enum with a `Drop` of its own:
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
