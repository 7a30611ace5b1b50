//! Creates the client of the examples. Requests are sent to Stripe if `STRIPE_SECRET_KEY` is set,
//! otherwise to a local mock server.

use std::env;
use std::error::Error;
use std::path::Path;

use pinstripe::{Client, ClientBuilder, Host};
use pinstripe_codegen::model;
use pinstripe_mock::Mock;
use pinstripe_mock::server::Server;

/// Returns a client builder, and the mock server if one was started. Keep the server while the
/// client is in use.
pub fn stripe() -> Result<(ClientBuilder, Option<Server>), Box<dyn Error>> {
    if let Ok(key) = env::var("STRIPE_SECRET_KEY") {
        return Ok((Client::builder(key), None));
    }
    println!("STRIPE_SECRET_KEY is not set: using a mock server");
    let sources = pinstripe_mock::sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec"))?;
    let mock = Mock::new(sources).map_err(|failure| failure.render())?;
    let server = Server::start(mock)?;
    let url = server.url();
    let builder = Client::builder("sk_test_123")
        .base_url(Host::Api, url.clone() + Mock::prefix(model::Host::Api))
        .base_url(Host::Connect, url.clone() + Mock::prefix(model::Host::Connect))
        .base_url(Host::Files, url.clone() + Mock::prefix(model::Host::Files))
        .base_url(Host::MeterEvents, url + Mock::prefix(model::Host::MeterEvents))
        .no_proxy();
    Ok((builder, Some(server)))
}
