//! Every event type is routed to a handler with the right object.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use pinstripe::webhook::{
    AnyEvent, Delivery, Event, Notification, Outcome, RouteError, Router, RouterBuilder,
    SignatureError, WebhookError,
};
use pinstripe::{Customer, Invoice, SnapshotEvent, ThinEvent, Timestamp, Webhook, events, v2};
use pinstripe_codegen::model::EventKind;
use pinstripe_mock::Mock;
use pinstripe_runtime::to_json;
use pinstripe_tests::event::Visitor;
use pinstripe_tests::{differences, read, shared_file, spec};
use serde_json::{Value, json};

include!(concat!(env!("OUT_DIR"), "/every_event.rs"));

const NOW: Timestamp = Timestamp::from_seconds(1_767_225_600);

fn webhook() -> Webhook {
    Webhook::new("whsec_test")
}

/// The recorded calls of handlers: the registered event type, and the object.
type Seen = Arc<Mutex<Vec<(&'static str, Value)>>>;
type Builder = RouterBuilder<Seen, String>;

/// Registers a handler for every type.
struct Register {
    builder: Option<Builder>,
    snapshot: BTreeSet<&'static str>,
    thin: BTreeSet<&'static str>,
}

impl Register {
    fn all() -> Self {
        let mut register = Self {
            builder: Some(Router::builder(webhook())),
            snapshot: BTreeSet::new(),
            thin: BTreeSet::new(),
        };
        every_event(&mut register);
        register
    }
}

impl Visitor for Register {
    fn snapshot<E: SnapshotEvent>(&mut self) {
        self.snapshot.insert(E::TYPE);
        let builder = self.builder.take().unwrap();
        self.builder = Some(builder.on_sync::<E>(|delivery: Delivery<E::Object>, seen: Seen| {
            let object = serde_json::from_str(&to_json(&*delivery)).unwrap();
            seen.lock().unwrap().push((E::TYPE, object));
            Ok(())
        }));
    }

    fn thin<E: ThinEvent>(&mut self) {
        self.thin.insert(E::TYPE);
        let builder = self.builder.take().unwrap();
        self.builder = Some(builder.on_thin_sync::<E>(|notification: Notification, seen: Seen| {
            assert!(notification.is::<E>());
            let call = notification.fetch::<E>().map_err(|error| error.to_string())?;
            seen.lock().unwrap().push((E::TYPE, call.to_http().path.as_str().into()));
            Ok(())
        }));
    }
}

#[test]
fn every_event_type_reaches_its_handler_with_its_object() {
    let mock = Mock::new(spec()).unwrap_or_else(|failure| panic!("{}", failure.render()));
    let register = Register::all();
    let router = register.builder.unwrap().build();
    let seen = Seen::default();
    let mut count = BTreeMap::new();
    for event in &mock.api().events {
        let name = event.name.as_str();
        let (body, expected) = match event.kind {
            EventKind::Snapshot { object } => {
                let object = mock.value(object, 0);
                (
                    json!({"id": "evt_1", "object": "event", "type": name, "data": {"object": object}}),
                    object,
                )
            }
            EventKind::Thin { .. } => (
                json!({"id": "evt_1", "object": "v2.core.event", "type": name}),
                "/v2/core/events/evt_1".into(),
            ),
        };
        let body = body.to_string();
        let signature = webhook().sign(body.as_bytes(), NOW);
        let outcome = router.handle_blocking(body.as_bytes(), &signature, NOW, Arc::clone(&seen));
        assert_eq!(
            outcome.unwrap_or_else(|error| panic!("{name}: {error}")),
            Outcome::Handled,
            "{name}"
        );
        let (handler, object) = seen.lock().unwrap().pop().unwrap();
        assert_eq!(handler, name);
        assert_eq!(differences(&expected, &object, name), Vec::<String>::new());
        *count.entry(matches!(event.kind, EventKind::Snapshot { .. })).or_insert(0) += 1;
    }
    assert_eq!(
        (count[&true], count[&false]),
        (register.snapshot.len(), register.thin.len()),
        "described and registered"
    );
    assert_eq!(router.types().count(), mock.api().events.len());
}

#[test]
#[ignore = "needs ../shared"]
fn event_types_of_the_reference_have_handlers() {
    let register = Register::all();
    let systems = shared_file("reference/systems.md");
    let text = read(&systems);
    let listed = text.split_once("## Event types of 004").expect("the page lists event types").1;
    let listed: BTreeSet<&str> = listed
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| name.contains('.') && !name.contains('/'))
        .collect();
    assert!(listed.len() >= 210, "{} types", listed.len());
    for name in listed {
        assert!(register.snapshot.contains(name), "{name}");
    }
}

fn body(type_name: &str, object: Value) -> String {
    json!({"id": "evt_1", "object": "event", "type": type_name, "data": {"object": object}})
        .to_string()
}

fn customer() -> Value {
    json!({"id": "cus_1", "object": "customer", "created": 0, "livemode": false})
}

#[tokio::test]
async fn handlers_may_be_async_and_share_state() {
    let router = Router::<Seen, String>::builder(webhook())
        .on::<events::CustomerCreated>(
            async |customer: Delivery<Customer>, seen: Seen| -> Result<(), String> {
                tokio::task::yield_now().await;
                seen.lock().unwrap().push(("customer.created", customer.id.as_str().into()));
                Ok(())
            },
        )
        .on_sync::<events::CustomerDeleted>(|_, _| Err("the database is down".to_owned()))
        .on_thin::<events::V2CoreAccountUpdated>(async |notification: Notification, seen: Seen| {
            let related = notification.related_object().unwrap();
            seen.lock().unwrap().push(("thin", related.id.into()));
            Ok(())
        })
        .fallback(async |event: AnyEvent, seen: Seen| {
            seen.lock().unwrap().push(("fallback", event.type_name().into()));
            Ok(())
        })
        .build();
    let seen = Seen::default();
    let handle = async |body: &str| {
        let signature = webhook().sign(body.as_bytes(), NOW);
        router.handle(body.as_bytes(), &signature, NOW, Arc::clone(&seen)).await
    };
    assert_eq!(handle(&body("customer.created", customer())).await.unwrap(), Outcome::Handled);
    let related =
        json!({"id": "acct_1", "type": "v2.core.account", "url": "/v2/core/accounts/acct_1"});
    let thin = json!({"id": "evt_1", "object": "v2.core.event", "type": "v2.core.account.updated", "related_object": related});
    assert_eq!(handle(&thin.to_string()).await.unwrap(), Outcome::Handled);
    assert_eq!(handle(&body("brand.new", json!(5))).await.unwrap(), Outcome::FellBack);
    let seen: Vec<_> = std::mem::take(&mut *seen.lock().unwrap());
    assert_eq!(
        seen,
        [
            ("customer.created", "cus_1".into()),
            ("thin", "acct_1".into()),
            ("fallback", "brand.new".into())
        ]
    );

    let error = handle(&body("customer.deleted", customer())).await.unwrap_err();
    assert!(matches!(&error, RouteError::Handler(message) if message == "the database is down"));
    assert_eq!(error.status(), 500);
    let error = handle(&body("customer.created", json!({"id": 5}))).await.unwrap_err();
    let RouteError::Object { error: decode, event } = &error else { panic!("{error:?}") };
    assert_eq!((decode.path(), event.id(), error.status()), ("data.object.id", "evt_1", 500));
    let error = router.handle(b"{}", "t=1,v1=0", NOW, Seen::default()).await.unwrap_err();
    assert!(matches!(
        &error,
        RouteError::Webhook(WebhookError::Signature(SignatureError::Malformed(_)))
    ));
    assert_eq!(error.status(), 400);
}

#[tokio::test]
async fn handler_panic_is_an_error_with_the_event() {
    let text = |seen: &Seen| seen.lock().unwrap().len();
    let router = Router::<Seen, String>::builder(webhook())
        .on_sync::<events::CustomerCreated>(|_, _| panic!("no row {}", 7))
        .on::<events::CustomerUpdated>(async |_: Delivery<Customer>, seen: Seen| {
            tokio::task::yield_now().await;
            seen.lock().unwrap().push(("updated", Value::Null));
            panic!("later")
        })
        .on_thin::<events::V2CoreAccountUpdated>(async |_: Notification, _: Seen| {
            std::panic::panic_any(5)
        })
        .fallback_sync(|_, _| panic!("of the fallback"))
        .build();
    let seen = Seen::default();
    let thin = r#"{"id": "evt_1", "object": "v2.core.event", "type": "v2.core.account.updated"}"#
        .to_owned();
    for (body, expected) in [
        (
            body("customer.created", customer()),
            "event evt_1 (customer.created): the handler panicked: no row 7",
        ),
        (
            body("customer.updated", customer()),
            "event evt_1 (customer.updated): the handler panicked: later",
        ),
        (thin, "event evt_1 (v2.core.account.updated): the handler panicked: no message"),
        (
            body("brand.new", json!(5)),
            "event evt_1 (brand.new): the handler panicked: of the fallback",
        ),
    ] {
        let signature = webhook().sign(body.as_bytes(), NOW);
        let error =
            router.handle(body.as_bytes(), &signature, NOW, Arc::clone(&seen)).await.unwrap_err();
        assert_eq!((error.to_string().as_str(), error.status()), (expected, 500));
        assert!(matches!(error, RouteError::Panic { .. }));
    }
    assert_eq!(text(&seen), 1, "the handler ran as far as it got");
    let body = body("customer.created", customer());
    let error = router
        .handle_blocking(body.as_bytes(), &webhook().sign(body.as_bytes(), NOW), NOW, seen)
        .unwrap_err();
    assert_eq!(error.status(), 500);
}

#[test]
fn unhandled_event_is_ignored_and_duplicate_handlers_panic() {
    let router = Router::<(), String>::builder(webhook()).build();
    let body = body("customer.created", customer());
    let signature = webhook().sign(body.as_bytes(), NOW);
    assert_eq!(
        router.handle_blocking(body.as_bytes(), &signature, NOW, ()).unwrap(),
        Outcome::Ignored
    );
    let twice = std::panic::catch_unwind(|| {
        let once = Router::<(), String>::builder(webhook())
            .on_sync::<events::CustomerCreated>(|_, ()| Ok(()));
        once.on_sync::<events::CustomerCreated>(|_, ()| Ok(()))
    });
    let message = *twice.unwrap_err().downcast::<String>().unwrap();
    assert!(message.contains("`customer.created`"), "{message}");
}

#[test]
fn event_object_is_available_by_event_by_type_and_as_any() {
    let event = Event::from_json(&body("customer.created", customer())).unwrap();
    assert!(event.is::<events::CustomerCreated>() && !event.is::<events::InvoicePaid>());
    assert_eq!(event.get::<events::CustomerCreated>().unwrap().unwrap().id, "cus_1");
    assert!(event.get::<events::InvoicePaid>().unwrap().is_none());
    assert_eq!(event.object::<Customer>().unwrap().id, "cus_1");
    assert_eq!(event.object::<Invoice>().unwrap_err().path(), "data.object.object");
    match event.object::<pinstripe::AnyObject>().unwrap() {
        pinstripe::AnyObject::Customer(customer) => assert_eq!(customer.id, "cus_1"),
        other => panic!("{other:?}"),
    }
    let unknown =
        Event::from_json(&body("brand.new", json!({"object": "new_thing", "x": [1]}))).unwrap();
    let pinstripe::AnyObject::Unrecognized(kept) = unknown.object().unwrap() else {
        panic!("this is not known")
    };
    assert_eq!(kept.get(), unknown.object_json().unwrap());
}

#[test]
fn event_accessors_return_the_fields_of_the_event() {
    let text = r#"{"id":"evt_1","object":"event","api_version":"2024-06-20","account":"acct_1","context":"ctx_1","created":1767225600,
        "livemode":true,"pending_webhooks":1,"type":"customer.updated","request":{"id":"req_1","idempotency_key":"key-1"},
        "data":{"object":{"id":"cus_1","object":"customer","created":0,"livemode":true},"previous_attributes":{"email":null}}}"#;
    let event = Event::from_json(text).unwrap();
    assert_eq!(
        (event.id(), event.type_name(), event.livemode()),
        ("evt_1", "customer.updated", true)
    );
    assert_eq!(event.api_version().as_deref(), Some("2024-06-20"));
    assert_eq!(
        (event.account().as_deref(), event.context().as_deref()),
        (Some("acct_1"), Some("ctx_1"))
    );
    assert_eq!(event.created(), Some(NOW));
    assert_eq!(
        (event.request_id().as_deref(), event.idempotency_key().as_deref()),
        (Some("req_1"), Some("key-1"))
    );
    assert_eq!(event.previous_attributes().unwrap().get(), r#"{"email":null}"#);
    assert_eq!(event.json(), text, "what came in goes out, byte for byte");
    let old = Event::from_json(r#"{"id":"evt_1","object":"event","type":"a","request":"req_1"}"#)
        .unwrap();
    assert_eq!(
        (old.request_id().as_deref(), old.idempotency_key()),
        (Some("req_1"), None),
        "events of 2016 name the request"
    );
    for none in ["null", "5", "{}", "[]", r#"{"id":null}"#] {
        let event = Event::from_json(&format!(
            r#"{{"id":"evt_1","object":"event","type":"a","request":{none}}}"#
        ))
        .unwrap();
        assert_eq!(event.request_id(), None, "{none}");
    }
    let stored = serde_json::to_string(&event).unwrap();
    assert_eq!(stored, text);
    assert_eq!(serde_json::from_str::<Event>(&stored).unwrap().into_json(), text);
    assert!(!format!("{event:?}").contains("cus_1"), "what it carries is not printed");
}

#[test]
fn cloud_envelopes_are_removed() {
    let inner = body("customer.created", customer());
    let bridge = format!(
        r#"{{"version":"0","id":"7","detail-type":"customer.created","source":"aws.partner/stripe.com/ed_1","detail":{inner}}}"#
    );
    let grid = format!(
        r#"{{"specversion":"1.0","id":"8","type":"customer.created","source":"/x","data":{inner}}}"#
    );
    for envelope in [&bridge, &grid, &inner] {
        let event = Event::from_json(envelope).unwrap();
        assert_eq!((event.id(), event.json()), ("evt_1", inner.as_str()));
    }
    let thin = json!({"specversion": "1.0", "id": "8", "type": "x", "data": {"id": "evt_2", "object": "v2.core.event", "type": "v2.core.account.updated"}});
    assert_eq!(Notification::from_json(&thin.to_string()).unwrap().id(), "evt_2");
}

#[test]
fn thin_events_are_fetched_for_their_account() {
    let thin = json!({"id": "evt/1", "object": "v2.core.event", "type": "v2.core.account.updated", "created": "2026-01-01T00:00:00Z",
        "livemode": true, "context": "org_1/acct_1", "reason": {"type": "request"},
        "related_object": {"id": "acct_1", "type": "v2.core.account", "url": "/v2/core/accounts/acct_1"}});
    let notification = Notification::from_json(&thin.to_string()).unwrap();
    assert_eq!((notification.created(), notification.livemode()), (Some(NOW), true));
    assert_eq!(notification.reason().unwrap().to_value()["type"], "request");
    let related = notification.fetch_related::<events::V2CoreAccountUpdated>().unwrap().unwrap();
    fn is_account(_: &pinstripe::RawRequest<v2::core::Account>) {}
    is_account(&related);
    let whole = notification.fetch_any();
    for (http, options, path) in [
        (related.to_http(), related.options(), "/v2/core/accounts/acct_1"),
        (whole.to_http(), whole.options(), "/v2/core/events/evt%2F1"),
    ] {
        assert_eq!((http.path.as_str(), options.context.as_deref()), (path, Some("org_1/acct_1")));
        assert_eq!(
            options.headers,
            [("stripe-request-trigger".to_owned(), "event=evt/1".to_owned())]
        );
    }
    let error = notification.fetch::<events::V2CoreAccountCreated>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "type: expected v2.core.account.created, found v2.core.account.updated"
    );
}

#[test]
fn related_object_is_fetched_by_url_with_or_without_id() {
    let with = |related: Value| {
        let thin = json!({"id": "e", "object": "v2.core.event", "type": "v1.balance.available", "related_object": related});
        Notification::from_json(&thin.to_string()).unwrap()
    };
    for (related, id, type_name) in [
        (json!({"type": "balance", "url": "/v1/balance"}), None, "balance"),
        (json!({"id": null, "type": "balance", "url": "/v1/balance"}), None, "balance"),
        (
            json!({"id": "bal_1", "type": "balance", "url": "/v1/balance", "new": {}}),
            Some("bal_1"),
            "balance",
        ),
        (json!({"url": "/v1/balance"}), None, ""),
    ] {
        let notification = with(related);
        let object = notification.related_object().unwrap();
        assert_eq!(
            (object.id.as_deref(), object.type_name.as_str(), object.url.as_str()),
            (id, type_name, "/v1/balance")
        );
        let call = notification.fetch_related::<events::V1BalanceAvailable>().unwrap().unwrap();
        assert_eq!(call.to_http().path, "/v1/balance");
    }
    assert!(with(Value::Null).fetch_related::<events::V1BalanceAvailable>().unwrap().is_none());
    let none =
        Notification::from_json(r#"{"id": "e", "object": "v2.core.event", "type": "v2.new"}"#)
            .unwrap();
    assert!(none.related_object().is_none());
    for (related, path) in [
        (json!({"id": "bal_1"}), "related_object.url"),
        (json!({"url": " "}), "related_object.url"),
        (json!({"url": 5}), "related_object.url"),
        (json!("/v1/balance"), "related_object"),
    ] {
        let notification = with(related);
        assert!(notification.related_object().is_none());
        assert_eq!(
            notification.fetch_related::<events::V1BalanceAvailable>().unwrap_err().path(),
            path
        );
    }
}

#[test]
fn snapshot_and_thin_events_are_distinguished() {
    let webhook = webhook();
    let (snapshot, thin) =
        (body("a", json!({})), r#"{"id": "e", "object": "v2.core.event", "type": "v2.a"}"#);
    let sign = |body: &str| webhook.sign(body.as_bytes(), NOW);
    assert!(webhook.event(snapshot.as_bytes(), &sign(&snapshot), NOW).is_ok());
    assert!(webhook.notification(thin.as_bytes(), &sign(thin), NOW).is_ok());
    assert_eq!(webhook.event(thin.as_bytes(), &sign(thin), NOW).unwrap_err(), WebhookError::Thin);
    assert_eq!(
        webhook.notification(snapshot.as_bytes(), &sign(&snapshot), NOW).unwrap_err(),
        WebhookError::Snapshot
    );
    for (body, path) in [
        ("[]", ""),
        ("{", ""),
        ("{}", "id"),
        (r#"{"id": 5, "type": "a"}"#, "id"),
        (r#"{"id": "e"}"#, "type"),
    ] {
        let error = webhook.receive(body.as_bytes(), &sign(body), NOW).unwrap_err();
        assert!(
            matches!(&error, WebhookError::Body(decode) if decode.path() == path),
            "{body}: {error}"
        );
    }
    for body in ["", " ", "\r\n"] {
        for signature in [sign(body), sign("{}"), "t=1".to_owned()] {
            let error = webhook.receive(body.as_bytes(), &signature, NOW).unwrap_err();
            assert_eq!(error, WebhookError::EmptyBody);
            assert!(error.status() == 400 && error.to_string().contains("no body"), "{error}");
        }
    }
    let blank = Webhook::new("").with_secret(" ");
    let error = blank.receive(thin.as_bytes(), &blank.sign(thin.as_bytes(), NOW), NOW).unwrap_err();
    assert_eq!((&error, error.status()), (&WebhookError::Signature(SignatureError::NoSecret), 500));
    assert!(matches!(
        webhook.receive(b"\xff", &webhook.sign(b"\xff", NOW), NOW),
        Err(WebhookError::Body(_))
    ));
}
