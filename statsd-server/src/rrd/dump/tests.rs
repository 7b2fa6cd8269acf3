use super::*;
use crate::rrd::tests::golden;

fn refused(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

/// A dump with something else in the place of a part.
fn with(part: &str, other: &str) -> String {
    let text = String::from_utf8(golden("empty.xml")).unwrap();
    assert!(text.contains(part), "{part}");
    text.replacen(part, other, 1)
}

const SHORT: &str = "<rrd><version>0001</version><step>60</step><lastupdate>600</lastupdate>
<ds><name>a&amp;b</name><type>GAUGE</type></ds>
<rra><cf>AVERAGE</cf><pdp_per_row>1</pdp_per_row><xff>0.25</xff><cdp_prep/>
<database><row><v>1</v></row><!-- <row> --><row><v> NaN </v></row></database></rra></rrd>";

#[test]
fn a_dump_of_version_1_is_read() {
    let database = read(SHORT).unwrap();
    assert_eq!(database.sources, [Source { name: "a&b".to_owned(), kind: "GAUGE".to_owned() }]);
    assert_eq!(database.updated, 600);
    let found = &database.round_robins[0];
    assert_eq!((found.step, found.may_be_unknown, found.values.len()), (60, 0.25, 2));
    let known: Vec<_> = found.known(0, 1, 600).collect();
    assert_eq!(known, [(480, 1.0)]);
}

#[test]
fn mistakes_are_named_with_their_line() {
    for (part, other, error) in [
        ("<step>60</step>", "<step>x</step>", "line 6: \"x\" is no number"),
        ("<step>60</step>", "", "line 49: an archive before <step>"),
        ("<lastupdate>1772599800</lastupdate>", "", "line 50: no <lastupdate>"),
        ("1772599800<", "-1<", "line 7: the last update, \"-1\", is no time before 2106"),
        ("<cf>AVERAGE</cf>", "", "line 44: rows before the function of their archive"),
        (
            "<pdp_per_row>1<",
            "<pdp_per_row>0<",
            "line 49: rows of 0 steps of 60 s, where 1 to 4294967295 s can be",
        ),
        ("</rra>\n</rrd>", "", "line 49: the text ends before </rrd>"),
        ("</rra>", "</ds>", "line 49: </ds> where <rra> is open"),
        ("<row><v>NaN</v></row>", "<row></row>", "line 44: a row of 0 values for 1 sources"),
        (
            "<row><v>NaN</v></row>",
            "<row><v>NaN</v><v>1</v></row>",
            "line 44: a row of 2 values for 1 sources",
        ),
        (
            "<!DOCTYPE rrd",
            "<!DOCTYPE rrd [<!ENTITY a 'b'>]",
            "line 1: a declaration that `rrdtool dump` does not write",
        ),
    ] {
        let text = with(part, other);
        let said = refused(&text);
        let same = said.split_once(": ").map(|(_, said)| said)
            == error.split_once(": ").map(|(_, said)| said);
        assert!(same && said.starts_with("line "), "{said}, where {error} was to be said");
    }
}

#[test]
fn a_mistake_is_on_the_line_it_is_on() {
    assert_eq!(refused(&SHORT.replace("<v>1</v>", "<v>one</v>")), "line 4: \"one\" is no number");
    assert_eq!(refused("<html></html>"), "line 1: <\"html\"> where <rrd> is to be");
    assert_eq!(refused("<rrd></rrd>"), "line 1: no <lastupdate>");
}

#[test]
fn depth_and_counts_are_bounded() {
    let deep = format!("<rrd>{}", "<a>".repeat(1_000_000));
    assert_eq!(refused(&deep), "line 1: elements stand more than 16 deep");
    let many = format!("<rrd>{}", "<ds/>".repeat(RRD_SOURCES_MAX + 1));
    assert_eq!(refused(&many), "line 1: more than 4096 sources");
}

#[test]
fn every_cut_is_an_error() {
    for end in 0..SHORT.len() {
        let said = refused(&SHORT[..end]);
        assert!(said.starts_with("line "), "{end}: {said}");
    }
}
