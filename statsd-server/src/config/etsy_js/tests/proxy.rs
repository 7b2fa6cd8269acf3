//! Configurations of etsy's cluster proxy.

use super::*;
use crate::config::RelayNode;

const PROXY: &str = "// three of them
{ nodes: [
    { host: '127.0.0.1', port: 8127, adminport: 8128 },
    { host: 'statsd-2.example.com', port: '8129', adminport: 8130 },
    { host: '127.0.0.1', port: 8131, adminport: 8132 },
  ],
  server: './servers/tcp',
  host: '0.0.0.0',
  address: '127.0.0.1',
  port: 8125,
  udp_version: 'udp4',
  mgmt_port: 8126,
  forkCount: 'auto',
  checkInterval: 1000,
  cacheSize: 10000,
}";

#[test]
fn a_file_with_nodes_is_a_relays() {
    let Loaded { config, notes, .. } = loaded(PROXY);
    assert!(config.is_relay());
    let node = |host: &str, port, admin| RelayNode::new(host.to_owned(), port, admin);
    let nodes = [
        node("127.0.0.1", 8127, 8128),
        node("statsd-2.example.com", 8129, 8130),
        node("127.0.0.1", 8131, 8132),
    ];
    assert_eq!(config.relay.nodes, nodes);
    assert_eq!(config.relay.check_interval.as_secs(), 1);
    assert_eq!(config.statsd[0].to_string(), "tcp 127.0.0.1:8125");
    let said: Vec<String> = notes.iter().map(|note| format!("{:?} {note}", note.kind)).collect();
    for words in [
        "Note line 1, column 1: without `mgmt_address`",
        "Note line 8, column 9: `host` has no effect: `address` says where to listen",
        "Note line 11, column 16: `udp_version` has no effect: `address_ipv6: true`",
        "Note line 13, column 14: `forkCount` has no effect: one process",
        "Note line 15, column 14: `cacheSize` has no effect: each receiver remembers",
    ] {
        assert!(said.iter().any(|note| note.starts_with(words)), "{words}\n{said:#?}");
    }
    assert_eq!(said.len(), 5);
    // Converted, it means the same.
    assert_eq!(Config::parse(&config.to_toml().unwrap()).unwrap(), config);
}

#[test]
fn a_proxy_is_checked_every_ten_seconds_unless_it_says_otherwise() {
    let node = "{ host: 'a', port: 1, adminport: 2 }";
    let relay = |more: &str| config(&format!("{{ nodes: [{node}]{more} }}")).relay;
    for more in ["", ", checkInterval: 0", ", checkInterval: undefined"] {
        assert_eq!(relay(more).check_interval.as_secs(), 10, "{more}");
    }
    // One that stands there twice has one name, and so one place.
    let twice = loaded(&format!("{{ nodes: [{node}, {node}], mgmt_address: '::' }}"));
    assert_eq!(twice.config.relay.nodes.len(), 1);
    assert!(twice.notes[0].message.contains("`nodes[1]` stands there twice"));
}

#[test]
fn a_node_that_cannot_be_one_is_a_mistake_with_its_place() {
    for (nodes, words) in [
        ("[]", "line 1, column 10: `nodes` is empty: there is nobody to relay to"),
        ("{}", "line 1, column 10: `nodes` is to be a list, not an object"),
        ("['a:1']", "line 1, column 11: `nodes[0]` wants a `host`, a `port` and an `adminport`"),
        (
            "[{ host: 'a', port: 1 }]",
            "line 1, column 11: `nodes[0]` wants a `host`, a `port` and an `adminport`",
        ),
        (
            "[{ host: 'a', port: 70000, adminport: 2 }]",
            "line 1, column 30: `nodes[0].port` is 70000, which is no port",
        ),
        (
            "[{ host: 'a b', port: 1, adminport: 2 }]",
            "line 1, column 10: relay.nodes: \"a b\" is not a host's name or address",
        ),
    ] {
        let said = error(&format!("{{ nodes: {nodes} }}"));
        assert!(said.contains(words), "{words}\n{said}");
    }
}
