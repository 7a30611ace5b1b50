//! Lists all active subscriptions and the items of each.
//!
//! ```sh
//! STRIPE_SECRET_KEY=sk_test_… cargo run -p pinstripe --example subscriptions
//! ```

mod common;

use pinstripe::{Subscription, subscription};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (builder, _server) = common::stripe()?;
    let client = builder.build()?;

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
