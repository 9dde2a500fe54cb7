//! The client of the stages: it opens a new connection per request, waits in each operation as the stage prescribes,
//! and traces every step.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use measure::marks::RequestMarks;
use measure::trace::Step;
use rustls::ClientConfig;
use serde_json::Value;

use super::exchange::{Exchange, Reading};
use super::stream::Lane;
use super::ways::Ways;
use crate::clients::Shared;
use crate::slot::AsyncClient;
use crate::target::Target;
use crate::{ErrorKind, FetchError, PrepareError};

/// One slot's client.
pub(crate) struct StageClient {
    shared: Shared,
    tls: Option<Arc<ClientConfig>>,
    ways: Ways,
    reading: Reading,
    /// In the stage that sends all requests first: where they wait for each other between sending and reading.
    meet: Option<Arc<Meeting>>,
    marks: RequestMarks,
}

/// Where requests wait for each other between sending and reading.
#[derive(Default)]
struct Meeting {
    begun: AtomicU64,
    sent: AtomicU64,
}

/// A request that has not been sent yet. When this is dropped, it has been sent, or never will be.
struct Unsent<'a>(&'a Meeting);

impl Drop for Unsent<'_> {
    fn drop(&mut self) {
        self.0.sent.fetch_add(1, Relaxed);
    }
}

impl Meeting {
    fn begins(&self) -> Unsent<'_> {
        self.begun.fetch_add(1, Relaxed);
        Unsent(self)
    }

    /// Returns when all requests that have begun are sent: on one thread the others run at every yield.
    async fn all_sent(&self) {
        while self.sent.load(Relaxed) < self.begun.load(Relaxed) {
            tokio::task::yield_now().await;
        }
    }
}

/// A client per slot. With `meet`, all of them send before any reads.
pub(crate) fn clients(
    shared: &Shared,
    slots: u32,
    ways: Ways,
    reading: Reading,
    meet: bool,
) -> Result<Vec<StageClient>, PrepareError> {
    let tls = shared.config_factory.make()?.rustls();
    let meet = meet.then(Arc::default);
    let client = |_| StageClient {
        shared: shared.clone(),
        tls: tls.clone(),
        ways,
        reading,
        meet: meet.clone(),
        marks: RequestMarks::default(),
    };
    Ok((0..slots).map(client).collect())
}

impl AsyncClient for StageClient {
    async fn fetch(&mut self, request: u64) -> Result<(), FetchError> {
        let tracer = Arc::clone(&self.shared.tracer);
        let lane = Lane { tracer: Some(&tracer), request };
        lane.note(Step::Start);
        let unsent = self.meet.as_deref().map(Meeting::begins);
        let targets = Arc::clone(&self.shared.targets);
        let target = targets.get(targets.pick(self.shared.connection, 0, request));
        let mut exchange = Exchange::open(target, self.tls.as_ref(), self.ways, lane, &self.marks).await?;
        exchange.send(target, request).await?;
        drop(unsent);
        if let Some(meet) = &self.meet {
            meet.all_sent().await;
        }
        let (status, body) = exchange.answer(self.reading).await?;
        check(&self.shared, target, request, status, &body)?;
        lane.note(Step::Done);
        Ok(())
    }

    fn marks(&self) -> &RequestMarks {
        &self.marks
    }
}

/// Checks that a response belongs to its request: status 200, and the request's own page.
fn check(shared: &Shared, target: &Target, request: u64, status: u16, body: &[u8]) -> Result<(), FetchError> {
    let expected = shared.checker.status();
    if !expected.allows(status) {
        return Err(ErrorKind::Status.because(format!("{status} instead of {expected}")));
    }
    let json: Value = serde_json::from_slice(body)
        .map_err(|error| ErrorKind::Content.because(format!("not the JSON that was expected: {error}")))?;
    let asked = format!("page={request}");
    match json.get("url").and_then(Value::as_str) {
        Some(url) if url.split(['?', '&']).any(|part| part == asked) => Ok(()),
        url => Err(ErrorKind::Content
            .because(format!("the response is to {url:?}, the request was for {asked} of {}", target.url))),
    }
}
