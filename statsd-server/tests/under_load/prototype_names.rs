//! Names that JavaScript gives to every object are names like any other here, whatever they are of.

use std::net::UdpSocket;

use serde_json::Value;

use super::carbon::Carbon;
use super::server::{Server, until};

const NAMES: [&str; 8] = [
    "constructor",
    "__proto__",
    "toString",
    "hasOwnProperty",
    "valueOf",
    "prototype",
    "isPrototypeOf",
    "__defineGetter__",
];

const KINDS: [(&str, &str); 5] = [("1", "c"), ("2", "ms"), ("3", "g"), ("x", "s"), ("4", "h")];

/// The points of a series together; 0 where there is no such series.
fn sum(server: &Server, series: &str) -> f64 {
    let target = format!("/render?format=json&from=-5min&target={series}");
    let rendered: Value = server.json(&target);
    let points = rendered[0]["datapoints"].as_array().into_iter().flatten();
    points.filter_map(|point| point[0].as_f64()).sum()
}

#[test]
fn of_every_type_they_are_counted_told_stored_and_deleted() {
    let carbon = Carbon::start(&["stats"]);
    let server =
        Server::configured(&format!("data = 'data'\ndialect = 'dogstatsd'\n{}", carbon.tables()));
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for name in NAMES {
        let lines = KINDS.map(|(value, kind)| format!("{name}:{value}|{kind}"));
        let tagged = format!("{}\ntagged.{name}:1|c|#{name}:{name}", lines.join("\n"));
        socket.send_to(tagged.as_bytes(), server.statsd).unwrap();
    }
    let mut flushed = carbon.next();
    until("every packet", || {
        let done = flushed.value("stats_counts.statsd.packets_received") > 0.0
            && NAMES
                .iter()
                .all(|name| flushed.values.contains_key(&format!("stats.gauges.{name}")));
        if !done {
            flushed = carbon.next();
        }
        done.then_some(())
    });
    for name in NAMES {
        // A flush is stored series by series.
        let stored = |series: String| {
            until("the stored points", || Some(sum(&server, &series)).filter(|sum| *sum != 0.0))
        };
        assert_eq!(stored(format!("stats_counts.{name}")), 1.0);
        assert_eq!(stored(format!("stats.timers.{name}.count")), 2.0, "{name}");
        assert_eq!(stored(format!("stats.sets.{name}.count")), 1.0, "{name}");
        assert_eq!(stored(format!("stats.gauges.{name}")) % 3.0, 0.0, "{name}, once a flush");
    }
    assert_eq!(server.count("bad_lines"), 0);

    for (command, delete) in
        [("counters", "delcounters"), ("timers", "deltimers"), ("gauges", "delgauges")]
    {
        let told = server.console(command);
        for name in NAMES {
            assert!(told.contains(name), "{command}: no {name} in {told}");
            assert_eq!(
                server.console(&format!("{delete} {name}")),
                format!("deleted: {name}\nEND\n\n")
            );
        }
        // etsy's console says so of these names whatever there is, so it is asked again.
        let told = server.console(command);
        assert!(NAMES.iter().all(|name| !told.contains(&format!("  {name}: "))), "{told}");
    }
    assert!(server.console("health").starts_with("health: up"));
    server.stop();
}
