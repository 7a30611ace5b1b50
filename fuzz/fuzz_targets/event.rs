//! Events: JSON with an ID and a type is an event, and its raw JSON is preserved.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pinstripe_api::AnyObject;
use pinstripe_runtime::webhook::AnyEvent;

fuzz_target!(|json: &str| {
    let event = AnyEvent::from_json(json);
    if let Ok(serde_json::Value::Object(members)) = serde_json::from_str(json) {
        let is_text = |name: &str| members.get(name).is_some_and(serde_json::Value::is_string);
        if is_text("id") && is_text("type") && !members.contains_key("detail-type") && !members.contains_key("specversion") {
            assert!(event.is_ok(), "{json}");
        }
    }
    match event {
        Ok(AnyEvent::Snapshot(event)) => {
            assert!(json.contains(event.json()));
            let _ = (event.created(), event.account(), event.context(), event.api_version(), event.livemode());
            let _ = (event.request_id(), event.idempotency_key(), event.previous_attributes(), format!("{event:?}"));
            let _ = event.object::<AnyObject>();
        }
        Ok(AnyEvent::Thin(notification)) => {
            let _ = (notification.created(), notification.context(), notification.reason(), format!("{notification:?}"));
            let _ = (notification.related_object(), notification.fetch_any());
        }
        Err(error) => drop(error.to_string()),
    }
});
