//! Lines that are no samples: events, and service checks, which become gauges as well.

use statsd_client::protocol::{Notice, notices};

use super::Shard;

/// What the gauge of a service check begins with.
const CHECK_PREFIX: &[u8] = b"service_checks.";

impl Shard {
    /// Records the events and service checks of a packet that is known to have some.
    #[cold]
    pub(super) fn record_notices(&mut self, packet: &[u8]) {
        for notice in notices(packet) {
            match notice {
                Ok(Notice::Event(event)) => {
                    self.counts.events += 1;
                    self.notices.add_event((&event).into());
                }
                Ok(Notice::ServiceCheck(check)) => {
                    self.counts.service_checks += 1;
                    self.notices.add_check((&check).into());
                    let name = [CHECK_PREFIX, check.name].concat();
                    self.record(&check.gauge(&name));
                }
                Err(bad) => self.counts.add_bad(&bad),
                // The parser knows no others.
                Ok(_) => {}
            }
        }
    }
}
