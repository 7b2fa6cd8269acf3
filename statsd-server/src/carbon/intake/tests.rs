use crate::carbon::testing::{self, NOW};
use crate::carbon::{DoorsOptions, Points, Protocol, Stage};

/// Leaves out, renames, and has a point of its own at the end.
#[derive(Debug, Default)]
struct Rules {
    seen: usize,
}

impl Stage for Rules {
    fn take(&mut self, points: &mut Points, now: i64) {
        assert_eq!(now, NOW);
        self.seen += points.len();
        points.retain(|name, _| name != "secret");
        points.rename_all(|name, new| {
            new.push_str("dc1.");
            new.push_str(name);
            true
        });
    }

    fn end(&mut self, points: &mut Points, now: i64) {
        points.push("seen", now, self.seen as f64);
    }
}

/// Marks what passes it.
#[derive(Debug)]
struct Mark;

impl Stage for Mark {
    fn take(&mut self, points: &mut Points, _: i64) {
        points.rename_all(|name, new| {
            new.push_str(name);
            new.push('!');
            true
        });
    }
}

#[test]
fn points_pass_every_stage_in_its_order() {
    let stages: Vec<Box<dyn Stage>> = vec![Box::new(Rules::default()), Box::new(Mark)];
    let doors = testing::start(DoorsOptions::default(), stages);
    doors.send(Protocol::Lines, b"a 1 1\nsecret 2 2\n").unwrap();
    doors.send(Protocol::Lines, b"secret 2 2\n").unwrap();
    let store = doors.store.clone();
    doors.stop();
    // What a stage has of its own passes those behind it, and not itself.
    let expected = [("dc1.a!".to_owned(), 1, 1.0), ("seen!".to_owned(), NOW, 3.0)];
    assert_eq!(store.points(), expected);
}
