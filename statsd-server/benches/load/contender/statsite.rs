//! statsite, where the program is on the path. A command of the shell's takes its flushes to the sink.

use std::process::Command;

use super::{Address, Contender, configuration, free_port, whole_seconds};
use crate::program::on_path;

pub(super) const STATSITE: Contender = Contender {
    key: "statsite",
    title: "statsite",
    merges: false,
    // It asks for no buffer, and gets the system's 208 KiB.
    waiting_max_bytes: 64 << 10,
    lines_a_second: 200_000,
    is_count: |name| {
        name.starts_with(b"counts.bench.")
            || (name.starts_with(b"timers.bench.") && name.ends_with(b".count"))
    },
    find: || on_path("statsite"),
    command: |program, setting| {
        let address = free_port()?;
        let text = format!(
            "[statsite]\ntcp_port = 0\nudp_port = {}\nbind_address = 127.0.0.1\nlog_level = WARN\n\
             flush_interval = {}\nquantiles = 0.5, 0.9\n\
             stream_cmd = bash -c \"tr '|' ' ' > /dev/tcp/127.0.0.1/{}\"\n",
            address.port(),
            whole_seconds(setting.flush),
            setting.sink.port(),
        );
        let mut command = Command::new(program);
        command.arg("-f").arg(configuration("statsite.conf", &text)?);
        Ok((command, Address::Told(address)))
    },
};
