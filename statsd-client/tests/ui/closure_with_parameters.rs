#![allow(unused)]

use statsd_client::{statsd_count, statsd_measure};

#[statsd_measure(|task: &str| task.to_uppercase())]
fn name(task: &str) {}

#[statsd_count("cron", tags(task = |task| task))]
fn tag(task: &str) {}

#[statsd_count("cron", tags(|task| [("task", task)]))]
fn tags(task: &str) {}

fn main() {}
