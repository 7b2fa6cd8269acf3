//! [`Config`] → the store.

use std::sync::Arc;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use super::schemas::upkeep;
use super::{AppError, cannot, schemas};
use crate::clock::Clock;
use crate::config::Config;
use crate::limits::{
    ADMIN_CONNECTIONS_MAX, CARBON_CONNECTIONS_MAX, HTTP_CONNECTIONS_MAX, OPEN_FILES_DEFAULT,
    OPEN_FILES_MAX, STREAM_CONNECTIONS_MAX,
};
use crate::store::{LocalStore, NoStore, Store, StoreJournal, StoreOptions};

/// Descriptors for sockets, pipes, spools and the journal.
const FURTHER_DESCRIPTORS: usize = 256;

/// The store of a data folder, with its threads; one that keeps nothing where there is no folder.
pub(super) fn store(config: &Config, clock: Arc<dyn Clock>) -> Result<Arc<dyn Store>, AppError> {
    let Some(folder) = &config.data else { return Ok(Arc::new(NoStore)) };
    let mut options = StoreOptions::new(config.flush_interval);
    let set = &config.store;
    options.schemas = schemas(config).map_err(AppError::Config)?;
    options.upkeep = upkeep(config);
    options.write_after = set.write_after;
    options.cache_max_points = set.cache_max_points;
    options.tag_hash_filenames = set.tag_hash_filenames;
    options.open_files_max = open_files_max();
    let journal = StoreJournal { sync: set.journal_sync, max_bytes: set.journal_max_bytes };
    options.journal = set.journal.then_some(journal);
    let store = LocalStore::open(folder, options)?;
    store.start(move || clock.seconds()).map_err(cannot("start the threads of the store"))?;
    Ok(Arc::new(store))
}

/// Raises the process's soft limit of descriptors as far as files can use it, and yields how many files may
/// be open beside everything else.
fn open_files_max() -> usize {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return OPEN_FILES_DEFAULT };
    let wanted = u64::try_from(OPEN_FILES_MAX + of_others()).unwrap_or(u64::MAX).min(hard);
    let raised = soft < wanted && setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).is_ok();
    fitting(if raised { wanted } else { soft })
}

fn fitting(descriptors: u64) -> usize {
    let descriptors = usize::try_from(descriptors).unwrap_or(usize::MAX);
    descriptors.saturating_sub(of_others()).clamp(OPEN_FILES_DEFAULT, OPEN_FILES_MAX)
}

fn of_others() -> usize {
    STREAM_CONNECTIONS_MAX
        + CARBON_CONNECTIONS_MAX
        + HTTP_CONNECTIONS_MAX
        + ADMIN_CONNECTIONS_MAX
        + FURTHER_DESCRIPTORS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_get_the_descriptors_that_others_leave() {
        assert_eq!(fitting(1_024), OPEN_FILES_DEFAULT);
        assert_eq!(fitting(20_000), 20_000 - of_others());
        assert_eq!(fitting(1 << 20), OPEN_FILES_MAX);
        assert!(open_files_max() >= OPEN_FILES_DEFAULT);
    }
}
