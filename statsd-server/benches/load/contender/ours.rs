//! This workspace's server: the binary, with a small configuration. `STATSD_BENCH_BEFORE` names a binary of
//! another time, which is then measured beside it.

use std::io;
use std::path::Path;
use std::process::Command;

use super::{Address, Contender, Setting, configuration, is_etsys_count};
use crate::program::named_by;

pub(super) const OURS: Contender = Contender {
    key: "ours",
    title: "statsd-server",
    merges: true,
    waiting_max_bytes: 1 << 20,
    lines_a_second: 500_000,
    is_count: is_etsys_count,
    find: || Ok(env!("CARGO_BIN_EXE_statsd-server").into()),
    command,
};

pub(super) const BEFORE: Contender =
    Contender { key: "before", title: "before", find: || named_by("STATSD_BENCH_BEFORE"), ..OURS };

fn command(program: &Path, setting: &Setting) -> io::Result<(Command, Address)> {
    let text = format!(
        "statsd = '127.0.0.1:0'\nhttp = 'off'\nadmin = 'off'\ndata = 'off'\n\
         flush_interval = '{}ms'\ndelete_idle_stats = true\n\
         [graphite]\nhost = '127.0.0.1'\nport = {}\n[console]\nsummary = false\n",
        setting.flush.as_millis(),
        setting.sink.port(),
    );
    let mut command = Command::new(program);
    command.arg(configuration("ours.toml", &text)?);
    Ok((command, Address::Printed("statsd  udp ")))
}
