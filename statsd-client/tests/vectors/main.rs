//! What other clients' test suites expect of a call, played against this one.
//!
//! Every row of `client-vectors.tsv` is either met or stands in [`OURS_DIFFER`] with the reason.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod compare;
mod notation;
mod play;
mod sink;

use compare::{canonical, canonical_but_for_replacements};
use notation::Row;
use play::{Played, Trouble, play};

const VECTORS: &str = include_str!("client-vectors.tsv");

/// A part of a row that no other row has, and why ours is otherwise.
const OURS_DIFFER: &[(&str, &str)] = &[
    ("gauge(\"fo|o\", 10, rate=0.01", NEVER_SAMPLED),
    ("gauge(\"my.awesome.metric\", 131.4, rate=0.2", NEVER_SAMPLED),
    ("tags_section({\"lol::class\"", "the first colon ends a key: one inside it becomes `_`"),
    ("timing-as-distribution(\"timing.sampled\"", "whole numbers are written without `.0`"),
    ("macro count_if(", ATTRIBUTE),
    ("macro count_success(\"ActiveMerchant.Base.post_with_block\"", ATTRIBUTE),
    ("macro count_success(\"ActiveMerchant.Base\",", ATTRIBUTE),
    ("macro count(name = fn(self,args)", ATTRIBUTE),
    ("macro distribution(\"ActiveMerchant.Gateway.ssl_post\"", ATTRIBUTE),
    ("alert=\"alertType\"", "the alert types are the four that the agent knows"),
    ("max_packet=29}", "a packet ends without a newline: 29 bytes hold the line of 29"),
    ("raw line \"some_really_long_metric", "a line over the limit is dropped, not sent over it"),
    ("suffix=\".bar\"}", NO_SUFFIX),
    ("child prefix=\"preff.\"", NO_SUFFIX),
    ("\"this is a longer text\" x 1000", "a text over the limit is always shortened"),
    ("count(\"foo\", 1.2)", WHOLE_COUNTS),
    ("count(\"req.count\", -0.3)", WHOLE_COUNTS),
    ("pool:\"poolname = abc", "Telegraf drops a tag with a second `=`: it becomes `_`, too"),
    ("tags_in_name=values", "folded into a name, a tag keeps its key: values alone are ambiguous"),
];

const NEVER_SAMPLED: &str =
    "a gauge is never sampled: the value that holds would be one that was kept";
const ATTRIBUTE: &str = "an attribute of a function, which no call of a client can stand for";
const NO_SUFFIX: &str = "names have a prefix only";
const WHOLE_COUNTS: &str = "a count is a whole number: the type refuses another";

#[test]
fn every_vector_is_met_or_differs_for_a_reason() {
    let mut violations = Vec::new();
    let mut rows = 0;
    for (number, line) in VECTORS.lines().enumerate() {
        let row = Row::read(line).unwrap_or_else(|error| panic!("line {}: {error}", number + 1));
        let Some(row) = row else { continue };
        rows += 1;
        let reason = OURS_DIFFER.iter().find(|(call, _)| row.call.contains(call));
        match (check(&row), reason) {
            (Err(Difference::NotUnderstood(what)), _) => {
                panic!("line {}: not understood: {what}: {}", number + 1, row.call);
            }
            (Err(Difference::Differs(what)), None) => {
                violations.push(format!("line {}: {}\n    {what}", number + 1, row.call));
            }
            (Ok(()), Some((_, reason))) => {
                violations.push(format!("line {}: is met after all ({reason})", number + 1));
            }
            (Ok(()), None) | (Err(Difference::Differs(_)), Some(_)) => {}
        }
    }
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
    assert!(rows > 90, "the rows were found");
}

#[test]
fn every_difference_names_one_row() {
    for (call, _) in OURS_DIFFER {
        let rows = VECTORS.lines().filter(|line| line.contains(call)).count();
        assert_eq!(rows, 1, "{call}");
    }
}

enum Difference {
    NotUnderstood(String),
    Differs(String),
}

fn check(row: &Row) -> Result<(), Difference> {
    let played = play(row).map_err(|trouble| match trouble {
        Trouble::NotUnderstood(what) => Difference::NotUnderstood(what),
        Trouble::NotSayable(what) => Difference::Differs(format!("we have not: {what}")),
    })?;
    let sent = match sent(row, &played) {
        Ok(sent) => sent,
        Err(difference) => return difference,
    };
    let expected = expected(row);
    let is_met = if !row.is_choice() {
        sent == expected
    } else if row.context.keys().any(|key| key.starts_with("sanitize_")) {
        each(&sent, canonical_but_for_replacements)
            == each(&expected, canonical_but_for_replacements)
    } else {
        each(&sent, canonical) == each(&expected, canonical)
    };
    let lossy = |lines: &[Vec<u8>]| {
        lines.iter().map(|line| String::from_utf8_lossy(line).into_owned()).collect::<Vec<_>>()
    };
    let differs = || format!("expected {:?}\n    got      {:?}", lossy(&expected), lossy(&sent));
    if is_met { Ok(()) } else { Err(Difference::Differs(differs())) }
}

/// The lines that were sent, or the end of the matter where none should have been.
fn sent(row: &Row, played: &Played) -> Result<Vec<Vec<u8>>, Result<(), Difference>> {
    let nothing_is_sent = ["<error", "<does not fit", "<nothing", "<dropped"];
    if nothing_is_sent.iter().any(|start| row.expected.starts_with(start)) {
        let is_met = played.packets.is_empty() && played.dropped > 0;
        let differs = || Difference::Differs(format!("expected nothing, got {played:?}"));
        return Err(if is_met { Ok(()) } else { Err(differs()) });
    }
    let packets = &played.packets;
    let first_only = row.notes.iter().any(|note| note.contains("first packet only"));
    let packets = if first_only { &packets[..packets.len().min(1)] } else { packets };
    if is_bytes(&row.expected) {
        return Ok(vec![packets.concat()]);
    }
    let lines = packets.iter().flat_map(|packet| packet.split(|&byte| byte == b'\n'));
    let lines = lines.filter(|line| !line.is_empty());
    let lines: Vec<_> = if row.calls.iter().any(|call| call.verb == "tags_section") {
        lines.map(|line| tags_section(&String::from_utf8_lossy(line)).into_bytes()).collect()
    } else {
        lines.map(<[u8]>::to_vec).collect()
    };
    Ok(in_order(row, lines))
}

fn expected(row: &Row) -> Vec<Vec<u8>> {
    if is_bytes(&row.expected) {
        let (hex, text) = row.expected[1..].split_once('>').unwrap();
        let mut bytes: Vec<_> =
            hex.split(' ').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
        bytes.extend_from_slice(text.as_bytes());
        return vec![bytes];
    }
    let lines = row.expected.split(" ;; ").flat_map(|datagram| datagram.split('\n'));
    let lines = lines.filter(|line| !line.is_empty()).map(|line| line.as_bytes().to_vec());
    in_order(row, lines.collect())
}

/// The order of datagrams is not significant, that of a datagram's lines is.
fn in_order(row: &Row, mut lines: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    if row.expected.contains(" ;; ") {
        lines.sort_unstable();
    }
    lines
}

/// `<1a 00 00 00>` and the text behind it.
fn is_bytes(expected: &str) -> bool {
    let hex = expected.strip_prefix('<').and_then(|rest| rest.split_once('>'));
    hex.is_some_and(|(hex, _)| hex.split(' ').all(|byte| u8::from_str_radix(byte, 16).is_ok()))
}

/// The tags of a line of `x`, as they stand in it.
fn tags_section(line: &str) -> String {
    let (head, tail) = line.split_once(':').unwrap();
    match tail.split_once("|#") {
        Some((_, tags)) => tags.to_owned(),
        None => head["x".len()..].to_owned(),
    }
}

fn each(lines: &[Vec<u8>], form: impl Fn(&str) -> String) -> Vec<String> {
    lines.iter().map(|line| form(&String::from_utf8_lossy(line))).collect()
}
