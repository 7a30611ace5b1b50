//! Where the examples send their requests: to Stripe if `STRIPE_SECRET_KEY` is set, and else to a server of their own that plays it.

use std::env;
use std::error::Error;
use std::path::Path;

use pinstripe::{Client, ClientBuilder, Host};
use pinstripe_codegen::model;
use pinstripe_mock::Mock;
use pinstripe_mock::server::Server;

/// A client that is still to be built, and the server to keep for as long as it is used.
pub fn stripe() -> Result<(ClientBuilder, Option<Server>), Box<dyn Error>> {
    if let Ok(key) = env::var("STRIPE_SECRET_KEY") {
        return Ok((Client::builder(key), None));
    }
    println!("STRIPE_SECRET_KEY is not set: the answers are made up");
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
