//! A first charge: creates a customer and a payment with a test card.
//!
//! ```sh
//! STRIPE_SECRET_KEY=sk_test_… cargo run -p pinstripe --example first_charge
//! ```

mod common;

use pinstripe::{Client, Customer, Error, PaymentIntent};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (builder, _server) = common::stripe()?;
    let client = builder.build()?;

    let customer =
        Customer::create().email("jenny@example.com").name("Jenny Rosen").send(&client).await?;
    println!("customer {}, by request {:?}", customer.id, customer.request_id());

    match charge(&client, &customer).await {
        Ok(intent) => {
            println!("{} {} charged, now {:?}", intent.amount, intent.currency, intent.status)
        }
        // The customer can act on a card error.
        Err(Error::Card(error)) => println!("declined: {:?}", error.decline_code),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

async fn charge(client: &Client, customer: &Customer) -> Result<PaymentIntent, Error> {
    let intent = PaymentIntent::create(1999, "usd")
        .customer(&customer.id)
        .payment_method("pm_card_visa")
        .allowed_payment_method_types(["card"])
        .confirm(true)
        .metadata([("order", "17")])
        // The order is charged once, even if this program is restarted.
        .idempotency_key(format!("order-17-{}", customer.id))
        .send(client)
        .await?;
    Ok(intent.into_inner())
}
