use proptest::prelude::*;

use super::*;

fn line(event: &Event, defaults: &Defaults<'_>) -> String {
    let mut out = Vec::new();
    event.render(defaults, usize::MAX, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Title, text and fields, by the lengths that the header names.
fn read(line: &str) -> (&str, &str, Vec<&str>) {
    let (header, rest) = line.strip_prefix("_e{").unwrap().split_once("}:").unwrap();
    let (title, text) = header.split_once(',').unwrap();
    let (title, rest) = rest.split_at(title.parse().unwrap());
    let (text, rest) = rest.strip_prefix('|').unwrap().split_at(text.parse().unwrap());
    let Some(fields) = rest.strip_prefix('|') else {
        assert_eq!(rest, "", "the lengths reach to the first field");
        return (title, text, Vec::new());
    };
    (title, text, fields.split('|').collect())
}

#[test]
fn the_fields_stand_in_their_order() {
    let tags = [("env".to_owned(), "dev".to_owned()), ("zone".to_owned(), "eu".to_owned())];
    let defaults = Defaults { prefix: "shop", tags: &tags, origin: "|c:3f|e:pod|card:low" };
    let event = Event::new("Deployed", "v1.2\nby ada")
        .tag("env", "prod")
        .tag("build", 81)
        .alert_type(AlertType::Success)
        .source_type("git")
        .priority(Priority::Low)
        .aggregation_key("deploys")
        .hostname("web-1")
        .timestamp(1_700_000_000);
    assert_eq!(
        line(&event, &defaults),
        "_e{8,12}:Deployed|v1.2\\nby ada|d:1700000000|h:web-1|k:deploys|p:low|s:git|t:success\
         |#env:prod,zone:eu,build:81|c:3f|e:pod|card:low"
    );
    assert_eq!(
        line(&Event::new("a", "b").cardinality(Cardinality::High), &defaults),
        "_e{1,1}:a|b|#env:dev,zone:eu|c:3f|e:pod|card:high"
    );
}

#[test]
fn lengths_are_bytes_of_utf_8() {
    let event = Event::new("héllo", "♬");
    assert_eq!(line(&event, &Defaults::default()), "_e{6,3}:héllo|♬");
}

#[test]
fn an_event_without_a_title_is_refused() {
    let mut out = b"before".to_vec();
    let refused = Event::new("", "text").render(&Defaults::default(), 100, &mut out);
    assert_eq!((refused, &*out), (Err(EventError::Unnamed), &b"before"[..]));
}

#[test]
fn a_text_over_the_limit_is_shortened_and_its_header_with_it() {
    let rendered = |text: &str, max_bytes| {
        let mut out = Vec::new();
        let changed = Event::new("t", text).render(&Defaults::default(), max_bytes, &mut out)?;
        Ok((String::from_utf8(out).unwrap(), changed))
    };
    assert_eq!(rendered("abcd", 14), Ok(("_e{1,4}:t|abcd".into(), false)));
    assert_eq!(rendered("abcde", 14), Ok(("_e{1,4}:t|abcd".into(), true)));
    assert_eq!(rendered("abcé", 14), Ok(("_e{1,3}:t|abc".into(), true)));
    assert_eq!(rendered("abc\n", 14), Ok(("_e{1,3}:t|abc".into(), true)));
    assert_eq!(rendered("abcd", 9), Err(EventError::TooLong));
    let (line, changed) = rendered(&"é".repeat(8192), usize::MAX).unwrap();
    assert_eq!((line.len(), changed), (8191, true));
}

fn prose() -> impl Strategy<Value = String> {
    let scrap = prop_oneof![
        prop::sample::select(&["\n", "\r", "\r\n", "|", "m:", "\\", "\0", "\t", "}:", "_e{"][..])
            .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
        "[a-z ]{1,4}",
    ];
    prop::collection::vec(scrap, 0..12).prop_map(|scraps| scraps.concat())
}

proptest! {
    #[test]
    fn any_texts_make_one_line_that_reads_back(
        (title, text, hostname, key) in (prose(), prose(), prose(), prose()),
        (source, tags, origin) in (prose(), prop::collection::vec((prose(), prose()), 0..4), prose()),
        max_bytes in 0_usize..300,
    ) {
        let event = Event::new(&*title, &*text)
            .timestamp(17)
            .hostname(&*hostname)
            .aggregation_key(&*key)
            .source_type(&*source);
        let defaults = Defaults { prefix: "", tags: &tags, origin: &origin };
        let mut line = Vec::new();
        match event.render(&defaults, max_bytes, &mut line) {
            Err(EventError::Unnamed) => prop_assert!(title.is_empty()),
            Err(EventError::TooLong) => prop_assert!(line.is_empty()),
            Ok(changed) => {
                prop_assert!(line.len() <= max_bytes);
                prop_assert!(!line.contains(&b'\n') && !line.contains(&b'\r'));
                let line = String::from_utf8(line).unwrap();
                let (read_title, read_text, fields) = read(&line);
                if !changed {
                    prop_assert_eq!(read_title.replace("\\n", "\n"), title.replace("\r\n", "\n").replace("\\n", "\n"));
                    prop_assert_eq!(read_text.replace("\\n", "\n"), text.replace("\r\n", "\n").replace("\\n", "\n"));
                }
                let named = [("d:", "17"), ("h:", &*hostname), ("k:", &*key), ("s:", &*source)];
                let named = named.iter().filter(|(_, text)| !text.is_empty()).map(|(name, _)| *name);
                let behind = ["#", "c:", "e:", "card:"];
                let mut fields = fields.into_iter();
                for name in named {
                    prop_assert!(fields.next().unwrap().starts_with(name), "{line:?}");
                }
                for field in fields {
                    prop_assert!(behind.iter().any(|name| field.starts_with(name)), "{line:?}");
                }
            }
        }
    }
}
