use statsd_client::measure;

fn work() -> u8 {
    1
}

fn main() {
    measure!("cron", || work());
    measure!("cron", move || work(), tags(plan = "pro"));
}
