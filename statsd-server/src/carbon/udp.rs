//! Lines in datagrams, on the thread that receives them. There is nobody who could be made to wait: what does
//! not fit in the queue to the store is dropped and counted.

use std::sync::Arc;

use super::Points;
use super::bad::{Bad, BadReport};
use super::intake::Intake;
use super::line::read_lines;
use crate::aggregate::Lost;
use crate::clock::Clock;
use crate::receiver::Feed;
use crate::telemetry::Telemetry;

#[derive(Debug)]
pub(super) struct UdpLines {
    pub(super) intake: Intake,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) telemetry: Arc<Telemetry>,
    pub(super) bad: Arc<BadReport>,
}

impl Feed for UdpLines {
    fn take(&mut self, packets: &mut dyn Iterator<Item = &[u8]>) {
        let now = self.clock.seconds();
        let (mut points, mut bad) = (Points::default(), Bad::default());
        for packet in packets {
            read_lines(packet, now, &mut points, &mut bad);
        }
        self.bad.take(bad, self.clock.now());
        if points.is_empty() {
            return;
        }
        self.telemetry.carbon_udp_points.add(points.len() as u64);
        if let Err(points) = self.intake.offer(points) {
            self.telemetry.carbon_udp_points_dropped.add(points.len() as u64);
        }
    }

    fn lose(&mut self, lost: Lost) {
        self.telemetry.packets_truncated.add(lost.packets_truncated);
        self.telemetry.kernel_drops.add(lost.kernel_drops);
        self.telemetry.kernel_drops_merged.add(lost.kernel_drops_merged);
    }
}
