//! Connections that end together take turns at it.
//!
//! Ending one takes the kernel and the recorder some 100 µs. When thousands end at once, one that begins would wait
//! behind all of them at every step, since an event loop runs what is ready in the order in which it became so.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

thread_local! {
    static OF_LOOP: Arc<Semaphore> = Arc::new(Semaphore::new(1));
}

/// The turn of one connection, until it is dropped. Nothing is waited for meanwhile.
#[derive(Debug)]
pub(super) struct Turn(#[expect(dead_code, reason = "held, not looked at")] Option<OwnedSemaphorePermit>);

/// Returns when no other connection of this thread's event loop has its turn.
pub(super) async fn turn() -> Turn {
    let turns = OF_LOOP.with(Arc::clone);
    // Nobody closes it.
    Turn(turns.acquire_owned().await.ok())
}
