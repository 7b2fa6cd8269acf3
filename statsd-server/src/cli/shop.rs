//! The demo's application: a shop whose functions are annotated as any application's would be.

use std::time::Duration;

use statsd_client::{Gauge, statsd_count, statsd_count_success, statsd_measure};
use tokio::time::sleep;

/// Carts that have not been paid yet.
static OPEN_CARTS: Gauge = Gauge::new("carts.open");

/// How long the shop waits between looking who came in.
const TICK: Duration = Duration::from_millis(50);

/// One day of the shop's life passes in this time, so that a graph shows its mornings and evenings.
const DAY: Duration = Duration::from_secs(120);

/// A shop with its own source of chance.
#[derive(Debug)]
pub(super) struct Shop {
    chance: Chance,
    carts: i32,
}

/// Why an order came to nothing; its name is the error's class.
#[derive(Debug)]
struct CardDeclined;

impl Shop {
    pub(super) fn new(seed: u64) -> Self {
        Self { chance: Chance(seed | 1), carts: 0 }
    }

    /// Serves customers for ever.
    pub(super) async fn open(mut self) {
        let mut elapsed = Duration::ZERO;
        loop {
            let hour = (elapsed.as_secs_f64() / DAY.as_secs_f64() * std::f64::consts::TAU).sin();
            let visitors = 0.9 + 0.6 * hour;
            if self.chance.happens(0.30 * visitors) {
                self.sign_up();
            }
            if self.chance.happens(0.35 * visitors) {
                self.fill_cart();
            }
            if self.carts > 0 && self.chance.happens(0.6) {
                // The attribute has counted how it ended, and nobody else asks.
                let _ordered = self.checkout().await;
            }
            sleep(TICK).await;
            elapsed += TICK;
        }
    }

    #[statsd_count("signups")]
    #[expect(clippy::unused_self, reason = "a method, as in an application")]
    fn sign_up(&self) {}

    fn fill_cart(&mut self) {
        self.carts += 1;
        OPEN_CARTS.set(self.carts);
    }

    #[statsd_measure("checkout")]
    #[statsd_count_success("checkout", tag_error_class)]
    async fn checkout(&mut self) -> Result<(), CardDeclined> {
        self.carts -= 1;
        OPEN_CARTS.set(self.carts);
        self.charge().await?;
        self.place_order();
        Ok(())
    }

    async fn charge(&mut self) -> Result<(), CardDeclined> {
        let base = 8.0 + 4.0 * self.chance.draw();
        // One payment in twenty waits for the bank.
        let bank = if self.chance.happens(0.05) { 60.0 * self.chance.draw() } else { 0.0 };
        sleep(Duration::from_secs_f64((base + bank) / 1e3)).await;
        if self.chance.happens(0.04) { Err(CardDeclined) } else { Ok(()) }
    }

    #[statsd_count("orders")]
    #[expect(clippy::unused_self, reason = "a method, as in an application")]
    fn place_order(&self) {}
}

/// xorshift64: enough for a shop.
#[derive(Debug)]
struct Chance(u64);

impl Chance {
    /// A number in `[0, 1)`.
    fn draw(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn happens(&mut self, probability: f64) -> bool {
        self.draw() < probability
    }
}
