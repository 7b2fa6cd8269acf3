// Here because the workspace forbids `unsafe`, so the other tests cannot write it.

#![deny(warnings, unsafe_op_in_unsafe_fn)]

use statsd_client::{
    statsd_count, statsd_count_if, statsd_count_success, statsd_distribution,
    statsd_gauge_inflight, statsd_measure,
};

#[statsd_count("read")]
#[statsd_count_if("read.if", |byte| *byte > 1, tags(offset = offset))]
#[statsd_count_success("read.ends", |byte| *byte > 1)]
#[statsd_measure("read.{offset}")]
#[statsd_distribution("read.spread")]
#[statsd_gauge_inflight("read.inflight")]
unsafe fn read(pointer: *const u8, offset: usize) -> u8 {
    unsafe { *pointer.add(offset) }
}

#[statsd_measure("callback")]
#[statsd_count_success("callback", |byte| *byte > 1)]
pub unsafe extern "C" fn callback(pointer: *const u8) -> u8 {
    unsafe { read(pointer, 1) }
}

#[statsd_count_if("later")]
#[statsd_gauge_inflight("later")]
async unsafe fn later(pointer: *const u8) -> Option<u8> {
    let byte = std::future::ready(unsafe { read(pointer, 1) }).await;
    (byte > 1).then_some(byte)
}

fn main() {
    let bytes = [1, 2];
    assert_eq!(unsafe { callback(bytes.as_ptr()) }, 2);
    let future = std::pin::pin!(unsafe { later(bytes.as_ptr()) });
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(Future::poll(future, &mut context).is_ready());
}
