//! API keys, client secrets and card numbers are never printed or logged.
//!
//! These tests run in a separate process, because the logger is set once for all threads.

use std::fmt::Debug;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pinstripe::retry::RetryPolicy;
use pinstripe::{
    ApiKey, Client, Customer, Error, OauthToken, PaymentIntent, RawJson, RawRequest, Token, Upload,
    oauth_token, token,
};
use pinstripe_mock::Mock;
use pinstripe_mock::server::{MockResponse, Request, Server};
use pinstripe_tests::spec;
use tracing_subscriber::fmt::MakeWriter;

const SECRETS: [&str; 8] = [
    "sk_test_4eC39HqLyjWDarjtT1zdp7dc",
    "pi_1_secret_YrKJUKribcBjcG8HVhfZluoGH",
    "4242424242424242",
    "ac_authorization_code",
    "hunter2",
    "rt_refresh_token",
    "jenny.rosen@example.com",
    "cr3t-of-a-gateway",
];

/// The captured output.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn debug(&self, value: &dyn Debug) {
        let mut log = self.0.lock().unwrap();
        writeln!(log, "{value:?}\n{value:#?}").unwrap();
    }

    fn error(&self, error: &Error) {
        self.debug(error);
        let mut cause: Option<&dyn std::error::Error> = Some(error);
        while let Some(one) = cause {
            writeln!(self.0.lock().unwrap(), "{one}").unwrap();
            cause = one.source();
        }
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// The same client, for a server that is not there.
fn nowhere(client: &Client) -> Client {
    client.with(|options| options.base_url = Some("http://127.0.0.1:9".to_owned()))
}

#[tokio::test]
async fn secrets_are_not_printed_or_logged() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let mock = Mock::new(spec()).unwrap_or_else(|failure| panic!("{}", failure.render()));
    let operation = mock
        .api()
        .operations
        .iter()
        .find(|operation| operation.id == "PostPaymentIntents")
        .unwrap();
    let mut intent = mock.answer(operation, 0).unwrap();
    intent["client_secret"] = SECRETS[1].into();
    let server = Server::start(move |request: &Request| {
        let failed = format!(
            r#"{{"error": {{"type": "card_error", "code": "card_declined", "payment_intent": {intent}, "message": "no"}}}}"#
        );
        match request.path.as_str() {
            "/v1/payment_intents" => {
                MockResponse::json(200, &intent).header("request-id", "req_1").header("stripe-notice", "an old version")
            }
            "/v1/payment_intents/pi_1/confirm" => MockResponse::json(402, failed),
            path if path.contains("_secret_") => {
                let message = format!("No such payment_intent: '{}'", path.rsplit('/').next().unwrap());
                MockResponse::json(404, serde_json::json!({"error": {"type": "invalid_request_error", "message": message}}))
            }
            "/v1/tokens" => MockResponse::json(500, failed),
            "/v1/customers" => MockResponse::json(200, r#"{"id": 5, "client_secret": "pi_1_secret_YrKJUKribcBjcG8HVhfZluoGH"}"#),
            "/v1/files" => MockResponse::reset(),
            _ => MockResponse::json(400, r#"{"error": "invalid_grant", "error_description": "no such code"}"#),
        }
    })
    .unwrap();
    let mut policy = RetryPolicy::default();
    policy.min_delay = Duration::from_millis(1);
    let key = ApiKey::from(SECRETS[0]);
    let builder = Client::builder(key.clone())
        .base_urls(server.url())
        .no_proxy()
        .retry_policy(policy)
        .header("x-password", "hunter2");
    log.debug(&(&key, &builder));
    let client = builder.build().unwrap();
    log.debug(&client);

    let call = PaymentIntent::create(100, "usd")
        .receipt_email(SECRETS[6])
        .customize()
        .api_key(SECRETS[0])
        .header("x", "hunter2");
    log.debug(&(&call, call.options(), call.to_http()));
    let intent = call.send(&client).await.unwrap();
    log.debug(&intent);
    assert_eq!(intent.client_secret.as_deref(), Some(SECRETS[1]), "it is there, only not shown");

    let card = token::CardParams::new("12", "2030", "4242424242424242");
    let request = Token::create().card(card);
    log.debug(&request);
    log.error(&request.send(&client).await.unwrap_err());
    log.error(&PaymentIntent::confirm("pi_1").send(&client).await.unwrap_err());
    log.error(&Customer::create().email(SECRETS[6]).send(&client).await.unwrap_err());
    let request = OauthToken::token(oauth_token::GrantType::RefreshToken)
        .code(SECRETS[3])
        .refresh_token(SECRETS[5]);
    log.error(&request.send(&client).await.unwrap_err());
    let upload = pinstripe::File::create(Upload::new("card.txt", SECRETS[2]), "identity_document");
    log.debug(&upload);
    log.error(&upload.send(&client).await.unwrap_err());
    let search = Customer::search(format!("email:\"{}\"", SECRETS[6]));
    log.error(&search.send(&client).await.unwrap_err());
    let raw = RawRequest::<RawJson>::post("/v1/x").param("number", SECRETS[2]);
    log.debug(&raw);
    log.error(&raw.send(&client).await.unwrap_err());
    log.error(
        &Customer::create()
            .customize()
            .api_key("sk_test_4eC39HqLyjWDarjtT1zdp7dc\n")
            .send(&client)
            .await
            .unwrap_err(),
    );
    log.debug(&Client::builder("x").proxy("ftp://user:hunter2@proxy").build().unwrap_err());
    log.debug(&Customer::list().email(SECRETS[6]).stream(&client));

    // A client secret where an ID belongs.
    let request = PaymentIntent::retrieve(SECRETS[1]);
    log.debug(&(&request, request.clone().customize()));
    log.error(&request.send(&client).await.unwrap_err());
    log.error(
        &RawRequest::<RawJson>::get(format!("/v1/files/{}", SECRETS[1]))
            .send(&nowhere(&client))
            .await
            .unwrap_err(),
    );
    log.error(
        &RawRequest::<RawJson>::get(format!("/v1/ {}", SECRETS[1]))
            .send(&client)
            .await
            .unwrap_err(),
    );
    log.debug(&pinstripe::Quote::pdf(SECRETS[1]).download(&client).await.map(drop).unwrap_err());
    // A password in a base URL.
    for url in [
        "https://user:cr3t-of-a-gateway@host",
        "https://user:cr3t-of-a-gateway@host/v1?x#y",
        "https://host?token=cr3t-of-a-gateway",
        "https://us er:cr3t-of-a-gateway@host",
        "user:cr3t-of-a-gateway@host",
    ] {
        let builder = Client::builder("x").base_urls(url).no_proxy();
        log.debug(&builder);
        log.error(&builder.build().unwrap_err());
        let call = RawRequest::<RawJson>::get("/v1/x").base_url(url);
        log.debug(&call);
        log.debug(&client.with(|options| options.base_url = Some(url.to_owned())));
        log.error(&call.send(&client).await.unwrap_err());
        log.debug(&pinstripe::oauth::AuthorizeUrl::new("ca_1").base_url(url));
    }

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for expected in [
        "retrying request",
        "received response",
        "an old version",
        "card_declined",
        "req_1",
        "sk_test_…",
    ] {
        assert!(log.contains(expected), "`{expected}` is not in the log:\n{log}");
    }
    for secret in SECRETS {
        assert!(
            !log.contains(secret),
            "`{secret}` is in the log:\n{}",
            log.lines().find(|line| line.contains(secret)).unwrap()
        );
    }
}

/// Response fields that grant access, by object.
const GIVES_ACCESS: &[(&str, &[&str])] = &[
    ("account_link", &["url"]),
    ("login_link", &["url"]),
    ("billing_portal.session", &["url"]),
    ("v2.core.account_link", &["url"]),
    ("identity.verification_session", &["url", "client_secret"]),
    ("apps.secret", &["payload"]),
    ("apps.install", &["auth_code"]),
    ("webhook_endpoint", &["secret"]),
    ("ephemeral_key", &["secret"]),
    ("terminal.connection_token", &["secret"]),
    ("issuing.card", &["number", "cvc"]),
    ("payment_intent", &["client_secret"]),
];

#[test]
fn fields_that_give_access_are_secret_in_every_object() {
    let api =
        pinstripe_codegen::read(spec()).unwrap_or_else(|failure| panic!("{}", failure.render()));
    for (schema, fields) in GIVES_ACCESS {
        let id = api.schema_id(schema).unwrap_or_else(|| panic!("there is no schema {schema}"));
        let pinstripe_codegen::model::Kind::Object(object) = &api.ty(api.schema(id).ty).kind else {
            panic!("{schema} is no object")
        };
        for name in *fields {
            let field = object.fields.iter().find(|field| field.name == *name);
            assert!(field.is_some_and(|field| field.secret), "{schema}.{name} shows in `Debug`");
        }
    }
    let link = r#"{"object": "account_link", "created": 1, "expires_at": 2, "url": "https://connect.stripe.com/s/hunter2"}"#;
    let link = pinstripe::from_json::<pinstripe::AccountLink>(link).unwrap();
    assert!(!format!("{link:?}").contains("hunter2"), "{link:?}");
}
