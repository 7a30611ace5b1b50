//! What HTTP over TLS takes alone: one request, and no Stripe.

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let connector = HttpsConnectorBuilder::new().with_webpki_roots().https_only().enable_http1().build();
    let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build(connector);
    let answer = client.get("https://api.stripe.com/healthcheck".parse()?).await?;
    println!("{} {:?}", answer.status(), answer.into_body().collect().await?.to_bytes());
    Ok(())
}
