use statsd_client::Outcome;

#[derive(Outcome)]
union Bits {
    integer: u32,
    float: f32,
}

fn main() {}
