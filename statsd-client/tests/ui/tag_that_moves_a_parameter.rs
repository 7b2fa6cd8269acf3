use statsd_client::statsd_count;

#[statsd_count("a", tags(size = name.into_bytes().len()))]
fn rename(name: String) -> String {
    name
}

#[statsd_count("a", tags(name = name))]
fn may_be_moved_by_the_body(name: String) -> String {
    name
}

fn main() {}
