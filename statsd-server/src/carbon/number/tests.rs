use proptest::prelude::*;

use super::parse;

fn same(text: &str) {
    let (ours, theirs) = (parse(text), text.parse::<f64>().ok());
    assert_eq!(ours.map(f64::to_bits), theirs.map(f64::to_bits), "{text:?}");
}

#[test]
fn what_stands_in_lines_is_read_as_the_standard_library_reads_it() {
    for text in [
        "0",
        "-0",
        "+0",
        "1",
        "-1",
        "+1",
        "1.",
        ".5",
        "-.5",
        ".",
        "",
        "-",
        "+",
        "1.5",
        "1..5",
        "1.5.",
        "1e5",
        "1E-5",
        "nan",
        "NaN",
        "-nan",
        "inf",
        "-inf",
        "Infinity",
        "0x10",
        "1_000",
        "123456789012345",
        "1234567890123456",
        "0.000000000000001",
        "0.0000000000000001",
        "9007199254740993",
        "1e400",
        "1e-400",
        "4.35",
        "0.1",
        "1 ",
        "\u{661}",
    ] {
        same(text);
    }
}

proptest! {
    #[test]
    fn any_number_is_read_as_the_standard_library_reads_it(number in any::<f64>(), digits in "[-+]?[0-9]{0,18}\\.?[0-9]{0,18}") {
        same(&number.to_string());
        same(&format!("{number:e}"));
        same(&digits);
    }
}
