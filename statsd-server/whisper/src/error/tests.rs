use std::error::Error as _;
use std::io;

use super::{Error, ErrorKind};

#[test]
fn the_text_names_the_file_and_the_source_is_the_systems() {
    let error = Error::io("/data/a.wsp", "cannot open", io::ErrorKind::NotFound.into());
    assert_eq!(error.to_string(), "/data/a.wsp: cannot open");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.source().is_some());
}

#[test]
fn a_file_that_ends_while_it_is_read_is_truncated() {
    let error = Error::io("a.wsp", "cannot read", io::ErrorKind::UnexpectedEof.into());
    assert_eq!(error.kind(), ErrorKind::Truncated);
}

#[test]
fn it_crosses_threads_and_is_one_word_wide() {
    fn crosses_threads<T: Send + Sync + 'static>() {}
    crosses_threads::<Error>();
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}
