use proptest::prelude::*;

use super::*;

fn series(name: &str, values: &[Option<f64>]) -> Series {
    Series { name: name.into(), start: 60, step: 60, values: values.to_vec() }
}

fn draw(series: &[Series], title: Option<&str>) -> String {
    let zone = &TimeZone::UTC;
    svg(&Picture { series, from: 0, until: 600, width: 330, height: 250, title, zone })
}

/// Whether every element is closed in order and nothing but known entities stands in the text.
fn is_well_formed(xml: &str) -> bool {
    let mut open = Vec::new();
    for part in xml.split('<').skip(1) {
        let Some((tag, text)) = part.split_once('>') else { return false };
        let name = tag.split([' ', '/']).find(|name| !name.is_empty()).unwrap_or_default();
        if tag.starts_with('/') {
            if open.pop() != Some(name) {
                return false;
            }
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        let entities = ["amp;", "lt;", "gt;", "quot;", "#39;"];
        let known = |rest: &str| entities.iter().any(|entity| rest.starts_with(entity));
        if !text.split('&').skip(1).all(known) {
            return false;
        }
    }
    open.is_empty()
}

#[test]
fn nothing_to_draw_is_said_in_words() {
    for series in [&[][..], &[series("a", &[None, Some(f64::NAN), Some(f64::INFINITY)])]] {
        let out = draw(series, None);
        assert!(out.contains(">No data</text>") && is_well_formed(&out), "{out}");
    }
}

#[test]
fn a_gap_cuts_the_line_and_a_lonely_point_is_a_dot() {
    let values = [Some(1.0), Some(2.0), None, Some(3.0), None, Some(1.0), Some(2.0)];
    let out = draw(&[series("a", &values), series("b", &[None])], None);
    let group = out.split("<title>a</title>").nth(1).unwrap().split("</g>").next().unwrap();
    assert_eq!(group.matches('M').count(), 3, "{group}");
    assert_eq!(group.matches('L').count(), 2, "{group}");
    assert_eq!(group.matches(r#"class="p""#).count(), 1, "{group}");
}

#[test]
fn only_a_lone_series_over_zero_is_tinted() {
    let (near, far) =
        (series("near", &[Some(0.0), Some(2.0)]), series("far", &[Some(9.0), Some(9.5)]));
    let tinted = |series: &[Series]| draw(series, None).contains(r#"class="a f0""#);
    assert!(tinted(std::slice::from_ref(&near)));
    assert!(!tinted(std::slice::from_ref(&far)));
    assert!(!tinted(&[near, far]));
}

#[test]
fn markup_in_names_and_titles_stays_text() {
    let out =
        draw(&[series("<script>alert('&')</script>", &[Some(1.0)])], Some("</title><b>\"x\"&"));
    assert!(!out.contains("<script") && !out.contains("<b>"), "{out}");
    assert!(is_well_formed(&out), "{out}");
}

#[test]
fn a_picture_names_itself_for_those_who_do_not_see_it() {
    let out = draw(&[series("load", &[Some(1.0)])], None);
    assert!(out.contains(r#"role="img" aria-labelledby="t d"><title id="t">load</title>"#));
    assert!(out.contains(r#"<desc id="d">1970-01-01 00:00 – 00:10 UTC</desc>"#));
}

#[test]
fn every_series_within_the_palette_looks_different() {
    let classes: Vec<_> = (0..21).map(line_class).collect();
    let distinct: std::collections::BTreeSet<_> = classes.iter().collect();
    assert_eq!(distinct.len(), classes.len());
    assert_eq!(line_class(21), line_class(0));
}

#[test]
fn more_points_than_pixels_are_thinned() {
    let many: Vec<_> = (0..100_000).map(|i| Some(f64::from(i % 7))).collect();
    let zone = &TimeZone::UTC;
    let picture = Picture {
        series: &[series("a", &many), series("b", &many)],
        from: 0,
        until: 6_000_000,
        width: 330,
        height: 250,
        title: None,
        zone,
    };
    assert!(svg(&picture).len() < 20_000);
}

proptest! {
    #[test]
    fn any_data_at_any_size_is_well_formed_and_finite(
        values in prop::collection::vec(prop::option::of(any::<f64>()), 0..40),
        name in "\\PC{0,80}",
        from in 0_i64..4_000_000_000,
        span in 1_i64..400_000_000,
        width in 64_u32..1_000,
        height in 64_u32..1_000,
    ) {
        let one = Series { name: name.clone(), start: from + 10, step: 10, values };
        let out = svg(&Picture {
            series: &[one.clone(), one], from, until: from + span, width, height,
            title: Some(&name), zone: &TimeZone::UTC,
        });
        let numbers: String = out.split('"').skip(1).step_by(2).collect();
        prop_assert!(is_well_formed(&out), "{out}");
        prop_assert!(!numbers.contains("NaN") && !numbers.contains("inf"), "{out}");
    }
}
