use super::*;

#[test]
fn a_reader_sees_each_addition_once() {
    let (cells, mut seen) = (ThreadCells::new(), Seen::default());
    let mut read = || {
        let mut changes = Vec::new();
        seen.advance(&cells, |context, sum, calls| changes.push((context, sum, calls)));
        changes
    };
    assert_eq!(read(), []);
    cells.add(0, 2);
    cells.add(0, -5);
    cells.add(70, 1);
    assert_eq!(read(), [(0, -3, 2), (70, 1, 1)]);
    assert_eq!(read(), []);
    cells.add(70, 1);
    assert_eq!(read(), [(70, 1, 1)]);
}

#[test]
fn calls_that_cancel_out_are_still_seen() {
    let (cells, mut seen) = (ThreadCells::new(), Seen::default());
    cells.add(3, 1);
    cells.add(3, -1);
    let mut changes = Vec::new();
    seen.advance(&cells, |context, sum, calls| changes.push((context, sum, calls)));
    assert_eq!(changes, [(3, 0, 2)]);
    assert_eq!(cells.cell_calls(), 2);
}

#[test]
fn a_context_past_the_bound_touches_nothing() {
    let cells = ThreadCells::new();
    cells.add(u32::MAX, 1);
    assert_eq!(cells.cell_calls(), 0);
}
