//! Requests for a connected account: a single request, and a whole client. Without
//! `STRIPE_ACCOUNT` the account is a new one.
//!
//! ```sh
//! STRIPE_SECRET_KEY=sk_test_… STRIPE_ACCOUNT=acct_… cargo run -p pinstripe --example connect
//! ```

mod common;

use pinstripe::{Account, Balance, PaymentIntent, Request};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (builder, _server) = common::stripe()?;
    let client = builder.build()?;
    let account = match std::env::var("STRIPE_ACCOUNT") {
        Ok(account) => account,
        Err(_) => Account::create().email("shop@example.com").send(&client).await?.id.to_string(),
    };

    // A single request: a direct charge on the account, with a fee for the platform.
    let intent = PaymentIntent::create(1000, "usd")
        .allowed_payment_method_types(["card"])
        .application_fee_amount(100)
        .payment_method("pm_card_bypassPending")
        .confirm(true)
        .account(&account)
        .send(&client)
        .await?;
    println!("{} on {account}: {:?}", intent.id, intent.status);

    // All requests of a client. The clone shares the connections of the original.
    let theirs = client.for_account(&account);
    let balance = Balance::retrieve().send(&theirs).await?;
    for funds in &balance.available {
        println!("{} {} available", funds.amount, funds.currency);
    }
    Ok(())
}
