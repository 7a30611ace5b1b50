//! Creates the client of the examples. Requests are sent to Stripe if `STRIPE_SECRET_KEY` is set,
//! otherwise to a mock server with state, which lives as long as the example.

use std::env;
use std::error::Error;

use pinstripe::{Client, ClientBuilder, Host};
use pinstripe_mock::Server;

/// Returns a client builder, and the mock server if one was started. Keep the server while the
/// client is in use.
pub fn stripe() -> Result<(ClientBuilder, Option<Server>), Box<dyn Error>> {
    if let Ok(key) = env::var("STRIPE_SECRET_KEY") {
        return Ok((Client::builder(key), None));
    }
    println!("STRIPE_SECRET_KEY is not set: using a mock server");
    let server = Server::start()?;
    let mut builder = Client::builder("sk_test_123").no_proxy();
    for host in [Host::Api, Host::Connect, Host::Files, Host::MeterEvents] {
        builder = builder.base_url(host, server.url());
    }
    Ok((builder, Some(server)))
}
