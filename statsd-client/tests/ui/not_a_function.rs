#![allow(unused)]

use statsd_client::{statsd_count, statsd_count_success, statsd_gauge_inflight, statsd_measure};

#[statsd_count("a")]
pub struct Queue;

#[statsd_measure("a")]
enum Kind {}

#[statsd_measure("a")]
trait Job {
    fn run(&self) {}
}

#[statsd_count_success("a")]
mod jobs {}

#[statsd_gauge_inflight("a")]
const LIMIT: u8 = 1;

#[statsd_count("a")]
static PLACE: u8 = 1;

#[statsd_count("a")]
type Short = u8;

#[statsd_count("a")]
use std::fmt;

#[statsd_count("a")]
macro_rules! job {
    () => {};
}

fn main() {}
