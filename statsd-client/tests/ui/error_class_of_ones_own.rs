use statsd_client::statsd_count_success;

#[statsd_count_success("orders", tag_error_class, tags(error_class = "late"))]
fn order() -> bool {
    true
}

fn main() {}
