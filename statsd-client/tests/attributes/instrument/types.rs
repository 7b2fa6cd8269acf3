//! Which type a block is of, and what stays of its methods: names, places, who may call them.

use std::fmt::{self, Debug};

use statsd_client::statsd_instrument;

use self::shelf::Stock;
use crate::wire::assert_lines;

mod shelf {
    pub(super) struct Shelf<T, const N: usize = 2>(pub(super) [Option<T>; N]);

    pub(super) trait Stock {
        type Item;
        const ROWS: usize;

        fn take(&mut self) -> Option<Self::Item>;
    }
}

#[statsd_instrument(count)]
impl<T, const N: usize> Stock for shelf::Shelf<T, { N }>
where
    T: Debug + PartialEq,
{
    type Item = T;
    const ROWS: usize = { N / 2 };

    fn take(&mut self) -> Option<T> {
        self.0.iter_mut().find_map(Option::take)
    }
}

#[statsd_instrument(measure)]
impl<'a> shelf::Shelf<&'a str> {
    fn first(&self) -> Option<&'a str> {
        self.0[0]
    }
}

#[statsd_instrument(count)]
impl Stock for &mut [u8] {
    type Item = u8;
    const ROWS: usize = 0;

    fn take(&mut self) -> Option<u8> {
        self.first().copied()
    }
}

trait Counted {
    fn next(&mut self) -> Option<u8>;
}

impl Counted for u8 {
    fn next(&mut self) -> Option<u8> {
        *self = self.checked_sub(1)?;
        Some(*self)
    }
}

#[statsd_instrument(count)]
impl dyn Counted + '_ {
    fn count_down(&mut self) {
        while self.next().is_some() {}
    }
}

#[test]
fn a_block_goes_by_the_last_word_of_its_types_path() {
    let work = || {
        let mut shelf = shelf::Shelf([None, Some("b")]);
        assert_eq!(shelf.first(), None);
        assert_eq!(shelf.take(), Some("b"));
        assert_eq!(<shelf::Shelf<u8, 6> as Stock>::ROWS + <&mut [u8]>::ROWS, 3);
        assert_eq!((&mut [3_u8][..]).take(), Some(3));
        let units: &mut dyn Counted = &mut 2;
        units.count_down();
    };
    assert_lines(
        work,
        &["Shelf.first:T|ms", "Shelf.take:1|c", "take:1|c", "Counted.count_down:1|c"],
    );
}

mod visible {
    use statsd_client::statsd_instrument;

    pub(crate) struct Visible;

    #[statsd_instrument(count)]
    impl Visible {
        pub(crate) fn in_crate(&self) -> usize {
            self.private() + self.in_module()
        }

        pub(in crate::instrument::types) fn in_module(&self) -> usize {
            self.private()
        }

        fn private(&self) -> usize {
            size_of_val(self)
        }
    }
}

#[test]
fn methods_are_as_visible_as_they_were() {
    let lines =
        ["in_crate", "private", "in_module", "private"].map(|it| format!("Visible.{it}:1|c"));
    assert_lines(|| assert_eq!(visible::Visible.in_crate(), 0), &lines);
    assert_lines(|| assert_eq!(visible::Visible.in_module(), 0), &lines[2..]);
}

#[test]
fn blocks_of_a_type_and_its_traits_stand_side_by_side() {
    struct Number(u8);

    #[statsd_instrument(prefix = "shown", count)]
    impl fmt::Display for Number {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            Debug::fmt(self, f)
        }
    }

    #[statsd_instrument(prefix = "debugged", count)]
    impl Debug for Number {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{}", self.0)
        }
    }

    #[statsd_instrument(prefix = "iterated", count)]
    impl Iterator for Number {
        type Item = u8;

        fn next(&mut self) -> Option<u8> {
            self.0.checked_sub(1).inspect(|next| self.0 = *next)
        }
    }

    let work = || {
        assert_eq!(Number(1).map(|it| it + 1).sum::<u8>(), 1);
        assert_eq!(Number(1).to_string(), "1");
    };
    let lines = ["iterated.next:1|c", "iterated.next:1|c", "shown.fmt:1|c", "debugged.fmt:1|c"];
    assert_lines(work, &lines);
}
