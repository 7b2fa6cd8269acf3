//! How many connections a process may hold: each takes a file descriptor, and others need theirs.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::limits::{DESCRIPTORS_OF_OTHERS, DESCRIPTORS_WANTED, STREAM_CONNECTIONS_MAX};

/// Raises the process's soft limit towards what it may have, and yields how many streams fit beside
/// the store's files and the HTTP connections.
///
/// The soft limit is 1,024 on most systems, for the sake of programs that use `select`; this one
/// does not.
pub(super) fn stream_connections() -> usize {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return fitting(0);
    };
    let wanted = hard.min(DESCRIPTORS_WANTED);
    if soft < wanted && setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).is_ok() {
        return fitting(wanted);
    }
    fitting(soft)
}

/// A few at the least: a system that allows next to nothing is found out by its errors.
fn fitting(descriptors: u64) -> usize {
    let descriptors = usize::try_from(descriptors).unwrap_or(usize::MAX);
    descriptors
        .saturating_sub(DESCRIPTORS_OF_OTHERS)
        .clamp(STREAM_CONNECTIONS_MAX / 32, STREAM_CONNECTIONS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_have_their_descriptors_first() {
        assert_eq!(fitting(0), STREAM_CONNECTIONS_MAX / 32);
        assert_eq!(fitting(4_000), 4_000 - DESCRIPTORS_OF_OTHERS);
        assert_eq!(fitting(1 << 20), STREAM_CONNECTIONS_MAX);
    }

    #[test]
    fn the_soft_limit_is_raised() {
        let (before, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        assert!(stream_connections() > 0);
        let (after, _) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        assert!(after >= before && after >= hard.min(DESCRIPTORS_WANTED));
    }
}
