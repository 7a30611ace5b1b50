//! Starts a subscription, then lists all active subscriptions and the items of each.
//!
//! ```sh
//! STRIPE_SECRET_KEY=sk_test_… cargo run -p pinstripe --example subscriptions
//! ```

mod common;

use pinstripe::{
    Client, Customer, Error, Price, Subscription, customer, plan, price, subscription,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (builder, _server) = common::stripe()?;
    let client = builder.build()?;

    let started = subscribe(&client).await?;
    println!("started {}: {:?}", started.id, started.status);

    let mut subscriptions =
        Subscription::list().status(subscription::ListStatus::Active).limit(100).stream(&client);
    let mut count = 0;
    while let Some(subscription) = subscriptions.try_next().await? {
        println!("{} of {}", subscription.id, subscription.customer.id());
        // A list in an object contains its first items. The stream fetches the remaining ones.
        let mut items = subscription.items.stream(&client);
        while let Some(item) = items.try_next().await? {
            println!("  {} × {}", item.quantity.unwrap_or(1), item.price.id);
        }
        count += 1;
    }
    println!("{count} subscriptions");
    Ok(())
}

/// Subscribes a new customer with a test card to a new monthly price.
async fn subscribe(client: &Client) -> Result<Subscription, Error> {
    let price = Price::create("usd")
        .unit_amount(900)
        .recurring(price::RecurringParams::new(plan::Interval::Month))
        .product_data(price::ProductDataParams::new("Club"))
        .send(client)
        .await?;
    let customer = Customer::create()
        .email("jenny@example.com")
        .payment_method("pm_card_visa")
        .invoice_settings(
            customer::InvoiceSettingsParams::new().default_payment_method("pm_card_visa"),
        )
        .send(client)
        .await?;
    let item = subscription::ItemParams::new().price(&price.id).quantity(2);
    let request = Subscription::create().customer(&customer.id).items([item]);
    Ok(request.send(client).await?.into_inner())
}
