//! brubeck, where the program is on the path. It keeps its connection to the sink, and names for ever.

use std::process::Command;

use super::{Address, Contender, configuration, free_port, whole_seconds};
use crate::program::on_path;

pub(super) const BRUBECK: Contender = Contender {
    key: "brubeck",
    title: "brubeck",
    merges: false,
    // It asks for no buffer, and gets the system's 208 KiB.
    waiting_max_bytes: 64 << 10,
    lines_a_second: 300_000,
    // A counter's count goes by its name.
    is_count: |name| {
        let parts = || name.split(|&byte| byte == b'.');
        name.starts_with(b"bench.") && (parts().count() == 3 || name.ends_with(b".count"))
    },
    find: || on_path("brubeck"),
    command: |program, setting| {
        let address = free_port()?;
        let text = format!(
            r#"{{ "server_name": "bench", "capacity": 15, "expire": 3600, "dumpfile": "/dev/null",
                "backends": [{{ "type": "carbon", "address": "127.0.0.1", "port": {}, "frequency": {} }}],
                "samplers": [{{ "type": "statsd", "address": "127.0.0.1", "port": {}, "workers": 1,
                    "multisock": false, "multimsg": 32 }}] }}"#,
            setting.sink.port(),
            whole_seconds(setting.flush),
            address.port(),
        );
        let mut command = Command::new(program);
        command.arg(format!("--config={}", configuration("brubeck.json", &text)?.display()));
        Ok((command, Address::Told(address)))
    },
};
