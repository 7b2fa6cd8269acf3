use statsd_client::event;

fn main() {
    event!("Deployed", "shop 2.1", colour = "red");
    event!("Deployed", "shop 2.1", alert_type = "success");
    event!("Deployed", "shop 2.1", tags(env = "eu"), priority = statsd_client::Priority::Low);
    event!("Deployed", "shop 2.1", tags(env));
    event!("Deployed", "shop 2.1", "success");
}
