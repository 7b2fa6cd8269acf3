//! What an imported series is called: prefix, file, source, function.

use std::path::Path;

use crate::rrd::{Database, Function, Series};

/// What a series' name begins with: of the folders below the one that was named, and of the file's name
/// without `.rrd` or `.xml`, a node each.
pub(super) fn base(below: &Path) -> String {
    let without_extension = |name: &str| {
        let lower = name.to_ascii_lowercase();
        let ends = [".rrd.xml", ".rrd", ".xml"].iter().find(|end| lower.ends_with(**end));
        name[..name.len() - ends.map_or(0, |end| end.len())].to_owned()
    };
    let mut nodes: Vec<String> = below
        .components()
        .map(|component| component.as_os_str().to_string_lossy().into_owned())
        .collect();
    if let Some(last) = nodes.last_mut() {
        *last = without_extension(last);
    }
    nodes.iter().map(|node| self::node(node)).collect::<Vec<_>>().join(".")
}

/// A text as one node of a name: dots, spaces and what means something in a target become `_`.
pub(super) fn node(text: &str) -> String {
    let stays = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '@' | ':' | '%');
    text.chars().map(|c| if stays(c) { c } else { '_' }).collect()
}

/// A series' whole name. The source is named where there are several, as one alone is what the file is
/// called for (Munin calls it `42`). AVERAGE, which graphs are drawn of, is the series itself; MIN, MAX
/// and LAST stand below it. Without an AVERAGE, one function alone is the series itself.
pub(super) fn name(
    prefix: Option<&str>,
    base: &str,
    database: &Database,
    series: &Series,
    functions: &[Function],
) -> String {
    let source = database.sources.get(series.source).filter(|_| database.sources.len() > 1);
    let source = source.map(|source| node(&source.name));
    let is_itself = series.function == Function::Average || functions.len() == 1;
    let function = (!is_itself).then(|| series.function.name().to_ascii_lowercase());
    let parts = [prefix.map(str::to_owned), Some(base.to_owned()), source, function];
    parts.into_iter().flatten().collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_the_file_are_nodes() {
        for (below, name) in [
            ("load.rrd", "load"),
            ("localhost.localdomain-cpu-user-d.rrd", "localhost_localdomain-cpu-user-d"),
            ("web1.example.org/cpu-0/cpu idle.RRD", "web1_example_org.cpu-0.cpu_idle"),
            ("load.rrd.xml", "load"),
            ("load", "load"),
            ("../a{b}*?.rrd", "__.a_b___"),
        ] {
            assert_eq!(base(Path::new(below)), name);
        }
    }

    #[test]
    fn no_file_name_panics() {
        for below in [".rrd", "ä.rrd", "", "/", "İ.rrd"] {
            let _named = base(Path::new(below));
        }
    }
}
