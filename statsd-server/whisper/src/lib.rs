//! Graphite's Whisper file format: one file holds one series at several resolutions, in a size that
//! never changes.
//!
//! ```
//! use statsd_whisper::{AggregationMethod, Outcome, Point, Whisper, parse_retentions};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("orders.wsp");
//! // Six hours at 10 seconds, a week at a minute. Coarse values are sums, made as soon as half of
//! // the fine ones are known.
//! let archives = parse_retentions("10s:6h,1m:7d")?;
//! let mut file = Whisper::create(&path, &archives, AggregationMethod::Sum, 0.5)?;
//!
//! // There is no clock in here: the caller says what time it is.
//! let now = 1_772_599_850;
//! assert_eq!(file.update(now, 2.0, now)?, Outcome::Written);
//! let counts = file.update_many(
//!     &[
//!         Point { timestamp: now - 20, value: 5.0 },
//!         Point { timestamp: now - 10, value: 3.0 },
//!         Point { timestamp: now + 60, value: 9.0 },
//!     ],
//!     now,
//! )?;
//! assert_eq!((counts.written, counts.future), (2, 1));
//!
//! let fetched = file.fetch(now - 40, now, now)?.expect("within what the file keeps");
//! assert_eq!((fetched.start, fetched.step), (now - 30, 10));
//! assert_eq!(fetched.values, [None, Some(5.0), Some(3.0), Some(2.0)]);
//!
//! let minute = file.fetch_archive(60, now - 60, now, now)?.expect("likewise");
//! assert_eq!(minute.values, [Some(10.0)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The crate knows files and numbers: no metric names, no configuration, no clock, no runtime, and no
//! dependency but std. It needs Unix (reads and writes go by position, without a shared cursor).
//!
//! # The format
//!
//! All numbers are big-endian; times are seconds since the epoch in 32 bits, until 2106.
//!
//! | part | bytes | fields |
//! |---|---|---|
//! | metadata | 16 | u32 aggregation method, u32 longest retention in seconds, f32 xFilesFactor, u32 number of archives |
//! | table, per archive | 12 | u32 offset from the start of the file, u32 seconds per point, u32 points |
//! | data, per slot of each archive | 12 | u32 interval, f64 value |
//!
//! | code | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 |
//! |---|---|---|---|---|---|---|---|---|
//! | method | average | sum | last | max | min | `avg_zero` | absmax | absmin |
//!
//! There is no magic number, version or checksum. go-whisper gives the codes 6 to 8 other meanings
//! (first, mix, percentile) and nothing in a file says who wrote it: such a file reads as one of the
//! methods above, and [`check`](check()) says so.
//!
//! # The rules
//!
//! - A point belongs to the *interval* that it lies in: its timestamp rounded down to a multiple of
//!   the step. The first interval written to an archive goes to slot 0 and is its *base*; any other
//!   is `(interval - base) / step` slots on, modulo the number of points. A slot is valid for the
//!   interval that it names and for no other, which is all there is to wrapping round and to gaps.
//! - A point is written to the finest archive that reaches back to it. Then each coarser archive in
//!   turn aggregates the slots of its interval from the archive before it, if the share of known
//!   ones is at least the xFilesFactor, until one has too few. What stands there is left alone then.
//! - A range is answered by one archive as a whole, the finest that reaches back to its start.
//!
//! # What is guaranteed
//!
//! **Points that wait are answered as if they were written.** [`Whisper::fetch_with`] and its siblings
//! take points that are still in memory, and [`Header::fetch_pending`] those of a series without a
//! file. They answer what [`Whisper::update_accepted`] of these points and a fetch would, at every
//! resolution and for every method, because the same code does both: everything works on pages in
//! memory over the file, which an update writes in the end and a fetch drops.
//!
//! **Coarse values may be made later**, when the interval is over that they are for, and then once
//! instead of with each point: [`Rollups::Deferred`]. What was put off is a value that the caller holds
//! and [gives](Pending) with each question, so that no answer shows it, either.
//!
//! **The same points make the same bytes as with the Python library** (1.1.10), the same ranges have
//! the same answers, and its tools and these functions leave the same in a file. A batch takes coarse
//! intervals from old to new; the library takes them in the order of a set, which shows in the bytes
//! where such a batch is the first of an archive. Where the library loses or damages points, this
//! crate differs:
//!
//! - **A write stays in its archive.** A batch is at most as many slots as there are points, and no
//!   run goes on into the next archive's data.
//! - **A late point does not take a fresh one's slot.** An archive of n points holds the n intervals
//!   up to that of `now`; the one before them shares its slot with the newest, and is refused or
//!   goes to a coarser archive. The same holds for what is aggregated into a coarser archive.
//! - **A future point does not take an old one's slot.** It is refused and counted.
//! - **A coarse value is not replaced by one made of less.** If slots of its interval have been used
//!   anew, a late point changes the fine archive only. A batch long enough to use such slots anew
//!   counts what stood in them first: it leaves what its points one by one would.
//! - **A short file is an error,** at open and in a read, and never a short answer; [`repair`](repair())
//!   gives it its size back. Of a range longer than a chosen archive the answer's grid begins later,
//!   with a value or a gap for each step.
//! - **A half-made file is never seen.** Creation and resize write under another name and rename. A
//!   file of no bytes, which a full disk leaves behind, does not block the creation of a whole one.
//! - **What fails can be done again.** The coarsest archive is written first, so that what a batch
//!   takes the slots of is counted before it is gone: after an error or a crash the same batch leaves
//!   what it would have left at once. A base torn off in the middle counts as none.
//! - **A file replaced or cut off behind one's back can be told** by [`Whisper::is_replaced`], and
//!   [`Whisper::open_locked`] asks that when it has the lock, so that points do not go to the copy
//!   that a resize put aside.
//! - **Only gaps are filled.** 0.0 is a value, and the value after a gap is left alone.
//! - **A reader sees a run whole or not at all** as far as the system's positioned writes are atomic:
//!   neighbouring slots are one write, two where they wrap. In one process `&mut` keeps readers out.
//! - **No bytes panic,** or make more memory be taken than the file has. A header is checked against
//!   itself and the size of the file before anything else is read; nothing outside of an archive is
//!   read or written.
//!
//! Kept as it is: a point too late for the fine archive *replaces* the coarse value it belongs to,
//! because the fine values are gone that it could be added to. Merge it with what
//! [`Whisper::fetch_archive`] answers where that matters.
//!
//! Not done here: locks and [syncing](Whisper::sync) unless asked, go-whisper's compressed format.
//!
//! # What it costs
//!
//! In system calls, with the archives that the calls touch; a stretch that wraps counts twice.
//!
//! | call | system calls |
//! |---|---|
//! | [`Whisper::open`] | open, stat, one read (and close, when it is dropped) |
//! | [`Whisper::create`] | stat, open, truncate, one write, rename |
//! | [`Whisper::create_with_points`] | the same, and one write a run of neighbours that does not begin the finest archive |
//! | [`Whisper::fetch`], [`value_at`](Whisper::value_at) | one read for each 4,096 points |
//! | [`Whisper::update`], [`update_accepted`](Whisper::update_accepted), [`update_many`](Whisper::update_many) | one write an archive and run of neighbours; one read an archive that a coarser one is made of, none where the points in hand cover it |
//! | [`Whisper::update_with`] and [`Rollups::Deferred`] | one write a run of neighbours; once in an interval of up to ten minutes what `update_accepted` costs beside that |
//! | [`Whisper::fetch_with`] | as `fetch`, and the reads of `update_accepted` up to the archive asked, where a waiting point touches the range |
//! | [`Whisper::is_replaced`] | a stat |
//!
//! One read more is made for each archive but the first when it is used for the first time, and as
//! long as it is empty: the base of an archive is kept with the open file, that it has none is not, for
//! another process may give it one. `cargo bench -p statsd-whisper` measures all of it beside the same
//! system calls made directly, and beside Python's library.

mod aggregation;
mod archive;
mod check;
mod copy;
mod create;
mod deferred;
mod diff;
mod disk;
mod dump;
mod error;
mod fetch;
mod file;
mod layout;
mod merge;
mod overlay;
mod place;
mod propagate;
mod repair;
mod resize;
mod retention;
mod update;

pub use aggregation::AggregationMethod;
pub use archive::Archive;
pub use check::{Finding, check};
pub use create::{Allocation, CreateOptions};
pub use deferred::{Deferred, Pending, Rollups};
pub use diff::{ArchiveDiff, Difference};
pub use dump::StoredSlot;
pub use error::{Error, ErrorKind};
pub use fetch::Fetched;
pub use file::Whisper;
pub use layout::Header;
pub use repair::repair;
pub use resize::{Progress, Refill, ResizeOptions};
pub use retention::{ARCHIVES_MAX, Retention, parse_retentions};
pub use update::{Accepted, Counts, Outcome, Point};
