//! Any text as a list of retentions.

use statsd_whisper::{AggregationMethod, ErrorKind, Header, Retention, parse_retentions};

/// Checks what must hold of every text; bytes that are none are no text that a file is read as.
///
/// # Panics
/// It does not hold.
pub fn retentions(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match parse_retentions(text) {
        Ok(list) => accepted(&list),
        Err(error) => {
            let said = error.to_string();
            let kinds = [ErrorKind::InvalidRetention, ErrorKind::InvalidArchives];
            assert!(kinds.contains(&error.kind()) && said.contains(": "), "{said}");
        }
    }
}

fn accepted(list: &[Retention]) {
    assert!(list.is_sorted_by_key(|retention| retention.seconds_per_point), "not finest first");
    assert!(list.iter().all(|r| r.seconds_per_point > 0 && r.points > 0), "{list:?}");
    let text: Vec<_> = list.iter().map(Retention::to_string).collect();
    let again = parse_retentions(&text.join(",")).expect("what was written was accepted");
    assert_eq!(again, list);
    match Header::new(list, AggregationMethod::Sum, 0.5) {
        Ok(header) => {
            let slots: u64 = list.iter().map(|retention| u64::from(retention.points)).sum();
            assert_eq!(header.file_bytes(), 16 + 12 * (list.len() as u64 + slots));
            let longest = list.iter().map(|retention| retention.seconds()).max();
            assert_eq!(longest, Some(header.max_retention().into()));
        }
        // Together they may begin past what an offset can say.
        Err(error) => assert_eq!(error.kind(), ErrorKind::InvalidArchives),
    }
}
