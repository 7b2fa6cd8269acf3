//! Where etsy's StatsD sends: `backends`, and the keys of its three own ones.

use super::keys::{Findings, Keys};
use super::servers::module;
use super::value::{Node, Value};
use crate::config::sections::host_and_port;
use crate::config::{Config, GraphiteProtocol, Output, RepeaterProtocol};

pub(super) fn read(keys: &mut Keys<'_>, config: &mut Config, findings: &mut Findings) {
    let named = keys.list("backends", findings);
    let mut backends = vec![Output::Graphite];
    if let Some(list) = named {
        backends = list.iter().filter_map(|node| backend(node, findings)).collect();
        backends.dedup();
    }
    graphite(keys, config, findings);
    names(keys, config, findings);
    repeater(keys, config, findings);
    let mut console = keys.section("console", findings);
    config.console.prettyprint = console.flag("prettyprint", findings).unwrap_or(false);
    console.warn_of_others(findings);

    let unused = [
        ("graphiteHost", Output::Graphite, "./backends/graphite"),
        ("repeater", Output::Repeater, "./backends/repeater"),
    ];
    for (key, output, name) in unused {
        if let Some(node) = keys.get_true(key).filter(|_| !backends.contains(&output)) {
            findings
                .warn(node.at, format!("`{key}` has no effect: `backends` does not name {name}"));
        }
    }
    config.backends = Some(backends);
}

fn backend(node: &Node, findings: &mut Findings) -> Option<Output> {
    let name = match &node.value {
        Value::Text(text) => module(text, "backends/"),
        other => other.kind(),
    };
    match name {
        "graphite" => Some(Output::Graphite),
        "console" => Some(Output::Console),
        "repeater" => Some(Output::Repeater),
        _ => {
            let message = format!(
                "the backend {name:?} is a module for Node.js, which is not loaded here: \
                 ./backends/graphite, ./backends/console and ./backends/repeater are known"
            );
            findings.mistake(node.at, message);
            None
        }
    }
}

fn graphite(keys: &mut Keys<'_>, config: &mut Config, findings: &mut Findings) {
    let graphite = &mut config.graphite;
    graphite.host = keys.some_text("graphiteHost", findings);
    let text_port = keys.port("graphitePort", findings);
    let pickle_port = keys.port("graphitePicklePort", findings);
    if let Some(node) = keys.get_true("graphiteProtocol") {
        match &node.value {
            Value::Text(text) if text == "text" => {}
            Value::Text(text) if text == "pickle" => graphite.protocol = GraphiteProtocol::Pickle,
            _ => findings.mistake(node.at, "`graphiteProtocol` is to be 'text' or 'pickle'"),
        }
    }
    graphite.port = match graphite.protocol {
        GraphiteProtocol::Text => text_port,
        GraphiteProtocol::Pickle => pickle_port,
    };
    graphite.flush_counts = keys.flag("flush_counts", findings).unwrap_or(true);
}

fn names(keys: &mut Keys<'_>, config: &mut Config, findings: &mut Findings) {
    let mut section = keys.section("graphite", findings);
    let graphite = &mut config.graphite;
    // etsy's looks for `false` itself.
    let legacy = section.get("legacyNamespace").map(|node| &node.value);
    graphite.legacy_namespace = legacy != Some(&Value::Bool(false));
    let parts = [
        ("globalPrefix", &mut graphite.global_prefix),
        ("prefixCounter", &mut graphite.prefix_counter),
        ("prefixTimer", &mut graphite.prefix_timer),
        ("prefixGauge", &mut graphite.prefix_gauge),
        ("prefixSet", &mut graphite.prefix_set),
    ];
    for (key, part) in parts {
        let Some(text) = section.text(key, findings) else { continue };
        if graphite.legacy_namespace {
            let at = section.get(key).map_or(0, |node| node.at);
            let message =
                format!("`graphite.{key}` has no effect without `legacyNamespace: false`");
            findings.warn(at, message);
        }
        *part = text;
    }
    graphite.global_suffix = section.text("globalSuffix", findings);
    section.warn_of_others(findings);
}

fn repeater(keys: &mut Keys<'_>, config: &mut Config, findings: &mut Findings) {
    if let Some(node) = keys.get_true("repeaterProtocol") {
        config.repeater.protocol = match &node.value {
            Value::Text(text) if text == "udp4" => RepeaterProtocol::Udp4,
            Value::Text(text) if text == "udp6" => RepeaterProtocol::Udp6,
            Value::Text(text) if text == "tcp" => RepeaterProtocol::Tcp,
            _ => {
                findings.mistake(node.at, "`repeaterProtocol` is to be 'udp4', 'udp6' or 'tcp'");
                RepeaterProtocol::Udp4
            }
        };
    }
    for (at, node) in keys.list("repeater", findings).into_iter().flatten().enumerate() {
        let mut target = Keys::new(format!("repeater[{at}]."), node.entries());
        let host = target.some_text("host", findings);
        let port = target.port("port", findings);
        target.warn_of_others(findings);
        match (host, port) {
            (Some(host), Some(port)) => config.repeater.to.push(host_and_port(&host, port)),
            _ => findings.mistake(node.at, format!("`repeater[{at}]` wants a `host` and a `port`")),
        }
    }
}
