//! Uploads a file as evidence, read in chunks from its path.
//!
//! ```sh
//! STRIPE_SECRET_KEY=sk_test_… cargo run -p pinstripe --example upload -- receipt.pdf
//! ```

mod common;

use pinstripe::{File, Upload, file};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (builder, _server) = common::stripe()?;
    let client = builder.build()?;

    let upload = match std::env::args().nth(1) {
        Some(path) => Upload::path(path).content_type("application/pdf"),
        None => Upload::new("receipt.png", *b"\x89PNG\r\n\x1a\n").content_type("image/png"),
    };
    let file = File::create(upload, file::Purpose::DisputeEvidence).send(&client).await?;
    println!("{}, {} bytes", file.id, file.size);
    Ok(())
}
