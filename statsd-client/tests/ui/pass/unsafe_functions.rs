// Here because the workspace forbids `unsafe`, so the tests beside the macros cannot write it.

#![deny(warnings, unsafe_op_in_unsafe_fn)]
#![allow(dead_code)]

#[path = "../fake/mod.rs"]
mod fake;

use statsd_macros::{statsd_count, statsd_measure};

#[statsd_count("read", crate = crate::fake)]
#[statsd_measure("read.{offset}", crate = crate::fake)]
unsafe fn read(pointer: *const u8, offset: usize) -> u8 {
    unsafe { *pointer.add(offset) }
}

#[statsd_measure("callback", crate = crate::fake)]
pub unsafe extern "C" fn callback(pointer: *const u8) -> u8 {
    unsafe { read(pointer, 1) }
}

fn main() {
    assert_eq!(unsafe { callback([1, 2].as_ptr()) }, 2);
}
