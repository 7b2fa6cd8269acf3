//! Any bytes as a database of RRDtool, native or dumped.

use statsd_server::rrd;
use statsd_whisper::{Header, Retention};

/// Bytes that are said of a mistake at most.
const SAID_MAX_BYTES: usize = 1_024;

/// Checks what must hold of any bytes.
///
/// # Panics
/// It does not hold.
pub fn rrd(data: &[u8]) {
    let database = match rrd::read(data) {
        Ok(database) => database,
        Err(error) => return said(&error.to_string()),
    };
    let sources = database.sources.len();
    assert!(sources > 0, "a database of nothing");
    let values: usize = database.round_robins.iter().map(|found| found.values.len()).sum();
    assert!(values * 8 <= data.len(), "{values} values out of {} bytes", data.len());
    for found in &database.round_robins {
        assert!(found.step > 0 && !found.values.is_empty() && found.values.len() % sources == 0);
    }
    // Each of them is planned alike; their values are as many as the file has.
    for series in rrd::series(&database) {
        let retentions: Vec<Retention> =
            series.archives.iter().map(|archive| archive.retention).collect();
        Header::new(&retentions, series.function.method(), series.x_files_factor)
            .expect("archives that fit each other");
        for archive in &series.archives {
            let Retention { seconds_per_point, points } = archive.retention;
            let found = series.points(&database, archive);
            assert!(found.len() <= points as usize, "more points than slots");
            assert!(found.is_sorted_by(|a, b| a.timestamp < b.timestamp), "not in order");
            for point in found {
                let timestamp = u32::try_from(point.timestamp).expect("a time of 32 bits");
                assert!(timestamp > 0 && timestamp % seconds_per_point == 0, "{timestamp}");
                assert!(point.value.is_finite(), "{}", point.value);
            }
        }
    }
}

fn said(said: &str) {
    assert!(!said.is_empty() && said.len() <= SAID_MAX_BYTES, "{} bytes", said.len());
    assert!(said.starts_with("byte ") || said.starts_with("line "), "no place: {said}");
    assert!(!said.contains(['\n', '\r']), "more than a line: {said:?}");
}
