//! Whom the calls of a site with `client = …` are for.

use std::sync::Arc;

use crate::child::Child;
use crate::client::Client;
use crate::global::number;
use crate::pipeline::{Shared, Target};

/// One client, for the time that a call takes.
///
/// It holds the client's state, not the client: the last clone of a client waits for the backend when it
/// is dropped, and that must not be the end of a measured function.
#[derive(Debug, Clone)]
pub(crate) struct Whom {
    /// The client's and its child's.
    pub(crate) number: u64,
    pub(crate) child: Option<Arc<Child>>,
    shared: Arc<Shared>,
}

impl Whom {
    pub(crate) fn of(client: &Client) -> Self {
        let shared = client.pipeline().shared().clone();
        Self { number: number(client), child: client.child_parts().cloned(), shared }
    }
}

impl Target for Whom {
    fn id(&self) -> u32 {
        self.shared.id
    }

    fn shared(&self) -> Option<Arc<Shared>> {
        Some(self.shared.clone())
    }

    fn child_prefix_bytes(&self) -> usize {
        self.child.as_ref().map_or(0, |child| child.prefix_bytes())
    }
}
