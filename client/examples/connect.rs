//! Requests for a connected account: a single request, and a whole client.
//!
//! ```sh
//! STRIPE_SECRET_KEY=sk_test_… STRIPE_ACCOUNT=acct_… cargo run -p pinstripe --example connect
//! ```

mod common;

use pinstripe::{Balance, PaymentIntent};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (builder, _server) = common::stripe()?;
    let client = builder.build()?;
    let account = std::env::var("STRIPE_ACCOUNT").unwrap_or_else(|_| "acct_123".to_owned());

    // A single request: a direct charge on the account, with a fee for the platform.
    let intent = PaymentIntent::create(1000, "usd")
        .allowed_payment_method_types(["card"])
        .application_fee_amount(100)
        .customize()
        .account(&account)
        .send(&client)
        .await?;
    println!("{} on {account}", intent.id);

    // All requests of a client. The clone shares the connections of the original.
    let theirs = client.for_account(&account);
    let balance = Balance::retrieve().send(&theirs).await?;
    for funds in &balance.available {
        println!("{} {} available", funds.amount, funds.currency);
    }
    Ok(())
}
