//! The style sheet of a picture: what a line's place in the order looks like, in either theme.

use std::fmt::Write as _;

/// The stroke of the line at that place in the order.
pub(super) fn line_class(index: usize) -> String {
    let colours = PALETTE.len() + 1;
    format!("l c{} d{}", index % colours, index / colours % DASHES.len())
}

/// Appends the style sheet.
pub(super) fn write(out: &mut String) {
    for (i, colour) in PALETTE.iter().enumerate() {
        let _infallible = write!(out, ".c{i}{{stroke:{colour}}}.f{i}{{fill:{colour}}}");
    }
    for (i, dash) in DASHES.iter().enumerate() {
        let _infallible = write!(out, ".d{i}{{stroke-dasharray:{dash}}}");
    }
    // What stands later wins: the themes come after the colours.
    out.push_str(STYLE);
}

/// Okabe and Ito's colours, told apart by colour-blind readers too; yellow, which white paper swallows,
/// is left out, and black follows the theme.
const PALETTE: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

/// Dash patterns, one for each further round through the palette.
const DASHES: [&str; 3] = ["none", "7 3", "2 3"];

const STYLE: &str = "text{font:11px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;\
    font-variant-numeric:tabular-nums;fill:#24292f}\
    .h{font-size:13px;font-weight:600}.m,.m text{fill:#656d76}.e,.e text{text-anchor:end}.c{text-anchor:middle}\
    .b{fill:#fff}.g{stroke:#d8dee4;stroke-width:1;shape-rendering:crispEdges}.z{stroke:#8c959f}\
    .l{fill:none;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}.a{stroke:none;fill-opacity:.12}.p{stroke-width:4;stroke-dasharray:none}\
    .c6{stroke:#24292f}\
    @media(prefers-color-scheme:dark){text{fill:#e6edf3}.m,.m text{fill:#9198a1}.b{fill:#0d1117}\
    .g{stroke:#2a313c}.z{stroke:#6e7681}.c0{stroke:#2f81f7}.f0{fill:#2f81f7}.c6{stroke:#e6edf3}}";
