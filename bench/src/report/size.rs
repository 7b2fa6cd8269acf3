//! What the SDK adds to a program.

/// The stripped sizes of the empty program and of the one with the SDK, in bytes.
pub(super) fn render(&[empty, sdk]: &[u64; 2]) -> String {
    let added = sdk.saturating_sub(empty) as f64 / 1024.0;
    format!("stripped: {empty} bytes empty, {sdk} with the SDK: it adds {added:.0} KiB\n")
}
