//! etsy's statsd, run by Node: `STATSD_BENCH_ETSY` names its `stats.js`.

use std::net::TcpListener;
use std::process::Command;

use super::{Address, Contender, configuration, free_port, is_etsys_count};
use crate::program::named_by;

pub(super) const ETSY: Contender = Contender {
    key: "etsy",
    title: "etsy/statsd",
    merges: false,
    // It asks for none, and gets the system's 208 KiB.
    waiting_max_bytes: 64 << 10,
    lines_a_second: 100_000,
    is_count: is_etsys_count,
    find: || named_by("STATSD_BENCH_ETSY"),
    command: |program, setting| {
        let address = free_port()?;
        let text = format!(
            "{{ address: '127.0.0.1', port: {}, mgmt_address: '127.0.0.1', mgmt_port: {}, \
             graphiteHost: '127.0.0.1', graphitePort: {}, flushInterval: {}, \
             deleteIdleStats: true, backends: ['./backends/graphite'] }}\n",
            address.port(),
            // Its console cannot be switched off.
            TcpListener::bind("127.0.0.1:0")?.local_addr()?.port(),
            setting.sink.port(),
            setting.flush.as_millis(),
        );
        let mut command = Command::new("node");
        command.arg(program).arg(configuration("etsy.js", &text)?);
        Ok((command, Address::Told(address)))
    },
};
