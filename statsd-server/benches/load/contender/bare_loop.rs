//! The floor: this program itself, see `floor/`.

use std::env;
use std::process::Command;

use super::{Address, Contender, is_etsys_count};

pub(super) const BARE_LOOP: Contender = Contender {
    key: "loop",
    title: "bare loop",
    merges: true,
    waiting_max_bytes: 1 << 20,
    lines_a_second: 500_000,
    is_count: is_etsys_count,
    find: || env::current_exe().map_err(|error| error.to_string()),
    command: |program, setting| {
        let mut command = Command::new(program);
        let merge = if setting.segments { "merge" } else { "single" };
        let flush = setting.flush.as_millis().to_string();
        command.args(["floor", &setting.sink.to_string(), &flush, merge]);
        Ok((command, Address::Printed("")))
    },
};
