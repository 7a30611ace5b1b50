//! The decoder: what decodes is written so that it decodes to the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pinstripe_api::AnyObject;
use pinstripe_runtime::{from_json, to_json};

fuzz_target!(|json: &str| {
    match from_json::<AnyObject>(json) {
        Ok(object) => {
            let once = to_json(&object);
            let again: AnyObject = from_json(&once).unwrap_or_else(|error| panic!("{error}: {once}"));
            assert_eq!(to_json(&again), once);
            let _ = format!("{object:?}");
        }
        Err(error) => drop(error.to_string()),
    }
});
