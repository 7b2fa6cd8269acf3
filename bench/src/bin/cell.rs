//! One cell of the table; see `Question` for its command line.

fn main() -> Result<(), String> {
    statsd_bench::answer()
}
