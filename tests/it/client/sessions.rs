//! Meter events, whose key is the token of a session; and OAuth.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pinstripe::v2::billing::meter_event_stream::EventParams;
use pinstripe::{
    Client, ClientBuilder, Error, Host, MeterEvents, OauthDeauthorization, OauthToken, blocking,
    oauth_token,
};
use pinstripe_mock::server::{Handler, MockResponse, Request, Server};
use serde_json::json;

/// Issues tokens, each valid for a number of uses, and records the requests.
#[derive(Clone)]
struct Meters {
    sessions: Arc<Mutex<Vec<usize>>>,
    uses: usize,
    expires_at: &'static str,
}

impl Meters {
    fn new(uses: usize, expires_at: &'static str) -> Self {
        Self { sessions: Arc::default(), uses, expires_at }
    }
}

impl Handler for Meters {
    fn handle(&self, request: &Request) -> MockResponse {
        let mut sessions = self.sessions.lock().unwrap();
        if request.path == "/v2/billing/meter_event_session" {
            assert_eq!(request.header("authorization"), Some("Bearer sk_test_123"));
            sessions.push(0);
            let session = json!({"id": "mes_1", "object": "v2.billing.meter_event_session", "livemode": false,
                "authentication_token": format!("token_{}", sessions.len()),
                "created": "2026-01-01T00:00:00Z", "expires_at": self.expires_at});
            return MockResponse::json(200, session);
        }
        assert_eq!(request.path, "/meter/v2/billing/meter_event_stream");
        let count = sessions.len();
        let used = sessions.last_mut().expect("a session comes first");
        *used += 1;
        if *used > self.uses
            || request.header("authorization") != Some(&format!("Bearer token_{count}"))
        {
            return MockResponse::json(
                400,
                json!({"error": {"type": "temporary_session_expired", "message": "over"}}),
            );
        }
        MockResponse::json(200, "{}")
    }
}

fn builder(server: &Server) -> ClientBuilder {
    let meter = server.url() + "/meter";
    Client::builder("sk_test_123")
        .base_urls(server.url())
        .base_url(Host::MeterEvents, meter)
        .no_proxy()
        .max_retries(0)
}

fn event() -> [EventParams; 1] {
    [EventParams::new("tokens", [("stripe_customer_id", "cus_1"), ("value", "25")])]
}

#[tokio::test(flavor = "multi_thread")]
async fn session_is_reused_until_it_expires() {
    let meters = Meters::new(usize::MAX, "2999-01-01T00:00:00Z");
    let server = Server::start(meters.clone()).unwrap();
    let events = MeterEvents::new(&builder(&server).build().unwrap());
    for _ in 0..10 {
        events.send(event()).await.unwrap();
    }
    assert_eq!(*meters.sessions.lock().unwrap(), [10]);
    let client: blocking::Client = builder(&server).build_blocking().unwrap();
    let sent =
        tokio::task::spawn_blocking(move || blocking::MeterEvents::new(&client).send(event()));
    sent.await.unwrap().unwrap();
}

#[tokio::test]
async fn rejected_session_is_replaced_once() {
    let meters = Meters::new(3, "2999-01-01T00:00:00Z");
    let server = Server::start(meters.clone()).unwrap();
    let events = MeterEvents::new(&builder(&server).build().unwrap());
    for _ in 0..7 {
        events.send(event()).await.unwrap();
    }
    assert_eq!(*meters.sessions.lock().unwrap(), [4, 4, 1]);

    let server = Server::start(Meters::new(0, "2999-01-01T00:00:00Z")).unwrap();
    let events = MeterEvents::new(&builder(&server).build().unwrap());
    assert!(matches!(events.send(event()).await, Err(Error::TemporarySessionExpired(_))));
    assert_eq!(server.requests(), 4);
}

#[tokio::test]
async fn expiring_session_is_replaced() {
    assert!(
        SystemTime::now() > UNIX_EPOCH + Duration::from_secs(1_700_000_000),
        "the clock is right"
    );
    let meters = Meters::new(usize::MAX, "2020-01-01T00:00:00Z");
    let server = Server::start(meters.clone()).unwrap();
    let events = MeterEvents::new(&builder(&server).build().unwrap());
    events.send(event()).await.unwrap();
    events.send(event()).await.unwrap();
    assert_eq!(*meters.sessions.lock().unwrap(), [1, 1]);
}

#[tokio::test]
async fn oauth_code_is_exchanged_for_an_account() {
    let server =
        Server::start(|request: &Request| match (request.path.as_str(), request.text().as_str()) {
            ("/connect/oauth/token", "code=ac_1&grant_type=authorization_code") => MockResponse::json(
                200,
                json!({"stripe_user_id": "acct_1", "token_type": "bearer", "scope": "read_write"}),
            ),
            ("/connect/oauth/deauthorize", "client_id=ca_1&stripe_user_id=acct_1") => {
                MockResponse::json(200, json!({"stripe_user_id": "acct_1"}))
            }
            _ => MockResponse::json(401, json!({"error": "invalid_client", "error_description": "no"})),
        })
        .unwrap();
    let client =
        builder(&server).base_url(Host::Connect, server.url() + "/connect").build().unwrap();
    let token = OauthToken::token(oauth_token::GrantType::AuthorizationCode)
        .code("ac_1")
        .send(&client)
        .await
        .unwrap();
    let account = token.stripe_user_id.clone().unwrap();
    let gone = OauthDeauthorization::deauthorize()
        .client_id("ca_1")
        .stripe_user_id(account)
        .send(&client)
        .await
        .unwrap();
    assert_eq!(gone.stripe_user_id, "acct_1");
    let refused = OauthToken::token(oauth_token::GrantType::AuthorizationCode)
        .code("ac_2")
        .send(&client)
        .await;
    assert!(matches!(refused, Err(Error::OAuth(_))));
}
