//! Decoding: a decoded object is encoded and decoded to the same value, also through serde.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pinstripe_api::AnyObject;
use pinstripe_runtime::{from_json, to_json};

fuzz_target!(|json: &str| {
    let through_serde = serde_json::from_str::<AnyObject>(json);
    assert_eq!(from_json::<AnyObject>(json).is_ok(), through_serde.is_ok());
    match from_json::<AnyObject>(json) {
        Ok(object) => {
            let once = to_json(&object);
            let again: AnyObject = from_json(&once).unwrap_or_else(|error| panic!("{error}: {once}"));
            assert_eq!(to_json(&again), once);
            assert!(through_serde.is_ok_and(|object| to_json(&object) == once));
            let _ = format!("{object:?}");
        }
        Err(error) => drop(error.to_string()),
    }
});
