//! The whole table, coarsely: every cell must answer.

use statsd_bench::{Programs, Row, run};

fn programs() -> Programs {
    Programs {
        cell: env!("CARGO_BIN_EXE_statsd-bench-cell").into(),
        heap: env!("CARGO_BIN_EXE_statsd-bench-heap").into(),
        empty: env!("CARGO_BIN_EXE_statsd-bench-empty").into(),
        sdk: env!("CARGO_BIN_EXE_statsd-bench-sdk").into(),
    }
}

fn asked(words: &[&str]) -> Result<String, String> {
    let mut out = Vec::new();
    run(programs(), words.iter().map(ToString::to_string), &mut out)
        .map_err(|error| error.to_string())?;
    Ok(String::from_utf8(out).expect("a table is text"))
}

#[test]
fn every_row_has_ours_and_every_peer_has_rows() {
    let table = asked(&["--quick"]).unwrap();
    for row in Row::ALL {
        let section =
            table.split(&format!("({row})\n")).nth(1).unwrap_or_else(|| panic!("no {row}"));
        let first = section.lines().nth(1).unwrap();
        assert!(first.trim_start().starts_with("statsd-client "), "{row}: {first}");
    }
    for peer in [
        "cadence, buffered",
        "cadence, queuing",
        "metrics",
        "statsd ",
        "prometheus",
        "tracing",
        "fastrace",
        "autometrics",
    ] {
        assert!(table.contains(&format!("\n  {peer}")), "no {peer} in\n{table}");
    }
}

#[test]
fn an_attribute_stands_beside_the_function_without_it() {
    let table = asked(&["--quick", "--only", "function"]).unwrap();
    for row in [Row::AttributeCount, Row::AttributeBoth, Row::AttributeOff] {
        let section = table.split(&format!("({row})\n")).nth(1).unwrap();
        assert!(section.lines().nth(1).unwrap().contains("the function alone"), "{row}: {section}");
    }
}

#[test]
fn the_readme_s_table_has_a_line_a_row() {
    let table = asked(&["--quick", "--markdown", "--only", "ours"]).unwrap();
    for row in Row::ALL {
        assert!(table.contains(&format!("\n| {} |", row.title())), "no {row} in\n{table}");
    }
}

#[test]
fn an_unknown_word_is_named() {
    assert!(asked(&["--fast"]).unwrap_err().contains("--fast"));
    assert!(asked(&["--only", "nobody"]).unwrap_err().contains("`nobody`"));
    assert!(asked(&["--gate", "nowhere.toml"]).unwrap_err().contains("nowhere.toml"));
}
