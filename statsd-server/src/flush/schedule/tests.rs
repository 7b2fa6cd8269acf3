use super::*;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const TEN: Duration = seconds(10);
const START: Duration = seconds(1_700_000_003);

/// A machine whose clock jumps, once, at an instant of its uptime.
struct Machine {
    uptime: Duration,
    jump_at: Duration,
    /// Seconds.
    jump: i64,
}

impl Machine {
    fn wall(&self) -> Duration {
        let wall = START + self.uptime;
        if self.uptime < self.jump_at {
            wall
        } else if self.jump < 0 {
            wall.saturating_sub(seconds(self.jump.unsigned_abs()))
        } else {
            wall + seconds(self.jump.unsigned_abs())
        }
    }
}

/// The flushes of three hours as the flush thread does them: the instant, and how late it was.
fn flushes(align: Align, jump_at: Duration, jump: i64) -> Vec<(Duration, Duration)> {
    let mut machine = Machine { uptime: Duration::ZERO, jump_at, jump };
    let mut schedule = Schedule { align, ..Schedule::new(START) };
    let mut flushes = Vec::new();
    let mut next = schedule.next(TEN, machine.wall());
    while machine.uptime < seconds(3 * 3_600) {
        let (Next::Flush { wait, .. } | Next::Hold { wait }) = next;
        // A timer is late, and a flush takes a while.
        machine.uptime += wait + Duration::from_millis(3);
        let not_yet = match next {
            Next::Hold { .. } => Some(schedule.next(TEN, machine.wall())),
            Next::Flush { due, .. } => {
                let not_yet = schedule.not_yet(TEN, due, machine.wall());
                if not_yet.is_none() {
                    schedule.flushed(due);
                    let late = (machine.wall() + EARLY).checked_sub(due);
                    flushes.push((due, late.expect("no future point")));
                    machine.uptime += Duration::from_millis(40);
                }
                not_yet
            }
        };
        next = not_yet.unwrap_or_else(|| schedule.next(TEN, machine.wall()));
    }
    flushes
}

#[test]
fn whatever_the_clock_does_timestamps_grow_and_lie_in_no_future() {
    let jumps = [0, 1, 4, 6, 9, 10, 14, 25, 599, 600, 3_599, 3_600, 7_199];
    for align in [Align::Startup, Align::WallClock] {
        for jump in jumps.into_iter().flat_map(|seconds| [seconds, -seconds]) {
            for jump_at in [99_990, 100_000, 100_002, 100_010, 104_900, 107_777, 109_999] {
                let flushes = flushes(align, Duration::from_millis(jump_at), jump);
                let of = format!("{align:?} {jump} at {jump_at}");
                assert!(flushes.is_sorted_by(|a, b| a.0 < b.0), "{of}");
                // The clock is back where it was, and all goes on.
                let held = u64::try_from(-jump).unwrap_or_default();
                let expected = 3 * 360 - held / 10;
                assert!(flushes.len() as u64 >= expected - 3, "{of}: {}", flushes.len());
                let phase = if align == Align::Startup { 3 } else { 0 };
                assert!(flushes.iter().all(|(due, _)| due.as_secs() % 10 == phase), "{of}");
            }
        }
    }
}

#[test]
fn a_suspended_machine_leaves_out_the_slots_that_it_slept_through() {
    // The clock goes on and the uptime does not: a jump of ten minutes.
    let flushes = flushes(Align::Startup, seconds(105), 600);
    let gaps: Vec<u64> =
        flushes.windows(2).map(|pair| pair[1].0.as_secs() - pair[0].0.as_secs()).collect();
    assert_eq!(gaps.iter().filter(|gap| **gap != 10).collect::<Vec<_>>(), [&610]);
}

#[test]
fn a_clock_that_was_wrong_by_more_is_believed() {
    let mut schedule = Schedule::new(START);
    let far = START + CLOCK_BACK_MAX + seconds(100);
    schedule.flushed(far);
    assert!(matches!(schedule.next(TEN, START), Next::Flush { due, .. } if due == START + TEN));
    let near = far.saturating_sub(seconds(101));
    schedule.flushed(near);
    assert_eq!(schedule.next(TEN, START), Next::Hold { wait: TEN });
}

#[test]
fn on_the_wall_clock_the_first_flush_comes_at_the_next_multiple() {
    let mut schedule = Schedule { align: Align::WallClock, ..Schedule::new(START) };
    let due = |schedule: &Schedule, millis: u64| match schedule
        .next(TEN, Duration::from_millis(millis))
    {
        Next::Flush { due, .. } => due.as_secs(),
        hold @ Next::Hold { .. } => panic!("{hold:?}"),
    };
    assert_eq!(due(&schedule, 1_003_000), 1_010);
    assert_eq!(due(&schedule, 1_009_900), 1_010);
    schedule.flushed(seconds(1_010));
    assert_eq!(due(&schedule, 1_009_999), 1_020, "a timer that fires early does not fire twice");
    assert_eq!(due(&schedule, 1_018_000), 1_020, "a late flush leaves no slot out");
    let minute = match schedule.next(seconds(60), seconds(1_018)) {
        Next::Flush { due, .. } => due,
        hold @ Next::Hold { .. } => panic!("{hold:?}"),
    };
    assert_eq!(minute, seconds(1_020), "another interval has other multiples");
}

#[test]
fn the_last_flush_has_a_second_of_its_own() {
    let mut schedule = Schedule::new(START);
    let millis = Duration::from_millis;
    assert_eq!(schedule.last_words(TEN, millis(1_700)), seconds(1));
    schedule.flushed(seconds(20));
    assert_eq!(schedule.last_words(TEN, millis(20_300)), seconds(21));
    assert_eq!(schedule.last_words(TEN, millis(23_300)), seconds(23));
    assert_eq!(schedule.last_words(TEN, seconds(5)), seconds(21), "the clock was set back");
    assert_eq!(schedule.last_words(millis(200), millis(20_300)), seconds(20));
    schedule.flushed(CLOCK_BACK_MAX + seconds(30));
    assert_eq!(schedule.last_words(TEN, seconds(5)), seconds(5), "it was wrong before");
}
