use proptest::prelude::*;

use super::*;

fn line(check: &ServiceCheck, defaults: &Defaults<'_>) -> String {
    let mut out = Vec::new();
    check.render(defaults, usize::MAX, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_message_is_the_last_of_its_fields() {
    let tags = [("env".to_owned(), "dev".to_owned())];
    let defaults = Defaults { prefix: "shop", tags: &tags, origin: "|c:3f|card:low" };
    let check = ServiceCheck::new("db.up", Status::Critical)
        .message("refused\nm: no route")
        .tag("env", "prod")
        .tag("replica", 2)
        .hostname("db-1")
        .timestamp(1_700_000_000)
        .cardinality(Cardinality::None);
    assert_eq!(
        line(&check, &defaults),
        "_sc|shop.db.up|2|d:1700000000|h:db-1|#env:prod,replica:2|m:refused\\nm\\: no route\
         |c:3f|card:none"
    );
    let bare = ServiceCheck::new("db.up", Status::Ok);
    assert_eq!(line(&bare, &Defaults::default()), "_sc|db.up|0");
}

#[test]
fn a_check_without_a_name_is_refused() {
    let refused =
        ServiceCheck::new("", Status::Ok).render(&Defaults::default(), 100, &mut Vec::new());
    assert_eq!(refused, Err(EventError::Unnamed));
}

#[test]
fn a_message_over_the_limit_is_shortened() {
    let rendered = |message: &str, max_bytes| {
        let mut out = Vec::new();
        let check = ServiceCheck::new("a", Status::Unknown).message(message);
        let changed = check.render(&Defaults::default(), max_bytes, &mut out)?;
        Ok((String::from_utf8(out).unwrap(), changed))
    };
    assert_eq!(rendered("abc", 13), Ok(("_sc|a|3|m:abc".into(), false)));
    assert_eq!(rendered("abcd", 13), Ok(("_sc|a|3|m:abc".into(), true)));
    assert_eq!(rendered("abm:", 13), Ok(("_sc|a|3|m:abm".into(), true)));
    assert_eq!(rendered("am:", 12), Ok(("_sc|a|3|m:am".into(), true)));
    assert_eq!(rendered("abc", 10), Ok(("_sc|a|3".into(), true)));
    assert_eq!(rendered("abc", 9), Err(EventError::TooLong));
}

proptest! {
    #[test]
    fn any_texts_make_one_line_that_reads_back(
        (name, message, hostname) in (".{0,6}", "[m:|\r\n\\\\a-c\t]{0,20}", ".{0,6}"),
        (tags, origin) in (prop::collection::vec((".{0,4}", ".{0,4}"), 0..4), "[|c:ecard\n]{0,12}"),
        max_bytes in 0_usize..120,
    ) {
        let check = ServiceCheck::new(&*name, Status::Warning).message(&*message).hostname(&*hostname);
        let defaults = Defaults { prefix: "", tags: &tags, origin: &origin };
        let mut line = Vec::new();
        match check.render(&defaults, max_bytes, &mut line) {
            Err(EventError::Unnamed) => prop_assert!(name.is_empty()),
            Err(EventError::TooLong) => prop_assert!(line.is_empty()),
            Ok(changed) => {
                prop_assert!(line.len() <= max_bytes);
                prop_assert!(!line.contains(&b'\n') && !line.contains(&b'\r'));
                let line = String::from_utf8(line).unwrap();
                let mut fields = line.split('|');
                prop_assert_eq!(fields.next(), Some("_sc"));
                prop_assert!(!fields.next().unwrap().is_empty());
                prop_assert_eq!(fields.next(), Some("1"));
                let fields: Vec<_> = fields.collect();
                let known = ["h:", "#", "m:", "c:", "e:", "card:"];
                prop_assert!(
                    fields.iter().all(|field| known.iter().any(|name| field.starts_with(name))),
                    "{line:?}"
                );
                let read = fields.iter().find_map(|field| field.strip_prefix("m:"));
                prop_assert!(read.is_none_or(|message| !message.contains("m:")), "{line:?}");
                if !changed {
                    let unescaped = read.unwrap_or_default().replace("m\\:", "m:");
                    let sent = message.replace("\r\n", "\\n").replace('\n', "\\n");
                    prop_assert_eq!(unescaped, sent.replace("m\\:", "m:"));
                }
            }
        }
    }
}
