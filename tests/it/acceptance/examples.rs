//! The examples in the docs of the generated crate. That they compile is shown by this file.

#![allow(dead_code, deprecated, unused_imports, unused_mut, unused_variables)]

include!(concat!(env!("OUT_DIR"), "/examples.rs"));

#[test]
fn every_operation_has_an_example() {
    assert_eq!(WITHOUT_EXAMPLE, [""; 0]);
}
