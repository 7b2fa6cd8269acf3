#![allow(unused)]

use statsd_client::{statsd_count, statsd_measure};

#[statsd_measure("cron.{task:?}")]
fn formatted(task: &str) {}

#[statsd_measure("cron.{task")]
fn unclosed(task: &str) {}

#[statsd_measure("cron.task}")]
fn unopened() {}

#[statsd_measure("cron.{}")]
fn nameless() {}

#[statsd_measure("cron.{0}")]
fn numbered(task: &str) {}

#[statsd_count("cron.{task.len()}")]
fn called(task: &str) {}

#[statsd_count("cron", tags(size = "about {task.len()}"))]
fn in_a_tag(task: &str) {}

fn main() {}
