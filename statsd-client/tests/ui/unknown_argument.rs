use statsd_client::{
    statsd_count, statsd_count_if, statsd_count_success, statsd_distribution,
    statsd_gauge_inflight, statsd_measure,
};

#[statsd_count("orders", tag(plan = "pro"))]
fn singular() {}

#[statsd_count_if("orders", rate = 0.1)]
fn half() {}

#[statsd_measure("orders", colour = "red")]
fn stranger() {}

#[statsd_distribution("orders", noprefix)]
fn flag() {}

#[statsd_gauge_inflight("orders", clients = self.statsd)]
fn plural(&self) {}

#[statsd_count_success("orders", error_class)]
fn half_a_flag() {}

#[statsd_measure("orders", tag_error_class)]
fn of_another_attribute() {}

#[statsd_count("orders", "paid")]
fn second_name() {}

fn main() {}
