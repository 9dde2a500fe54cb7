//! Many HTTPS GETs to many targets in the talk's three manners; the caller receives each response as it arrives.
//!
//! Every request opens a new connection, and all of them share one thread with the code that handles the responses. The
//! caller checks the responses and uses them; only the total time and each request's latency are measured here.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use measure::marks::RequestMarks;
use measure::protocol;
use params::TlsVersion;
use rustls::ClientConfig;
use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use workload::Connection;

use super::exchange::{Exchange, Reading, paged};
use super::stream::Lane;
use super::ways::Ways;
use crate::target::Targets;
use crate::tls::rustls::Rustls;
use crate::tls::{Sessions, Tls, TlsSettings, TrustStore, groups};
use crate::{FetchError, PrepareError};

/// How the requests of a program wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Manner {
    /// One after another.
    Serially,
    /// In tasks of an executor that their TLS layer does not know: it holds the thread (stage 2).
    BlockingInAsync,
    /// In tasks whose TLS layer yields the thread while it waits (stage 1).
    Properly,
}

impl Manner {
    /// All of them, in the talk's order.
    pub const ALL: [Manner; 3] = [Manner::Serially, Manner::BlockingInAsync, Manner::Properly];

    /// The name in figures.
    pub fn name(self) -> &'static str {
        match self {
            Manner::Serially => "serially",
            Manner::BlockingInAsync => "blocking in async",
            Manner::Properly => "properly",
        }
    }

    fn ways(self) -> Ways {
        match self {
            Manner::Serially => Ways::SERIAL,
            Manner::BlockingInAsync => Ways::BLOCKING,
            Manner::Properly => Ways::COOPERATIVE,
        }
    }
}

/// The outcome of one request.
#[derive(Debug)]
pub struct FetchOutcome {
    /// Its number, which is also the page that it requests; its target is that number modulo the number of targets.
    pub request: u64,
    /// From the first step of its connection to the last byte of its response.
    pub latency: Duration,
    /// Status and body, whatever they are, or why there is no response.
    pub answer: Result<(u16, Vec<u8>), FetchError>,
}

/// The totals of all requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetTotals {
    /// Number of requests that were started, from number 0 on: all of them unless the caller stopped them.
    pub requests: u64,
    /// From before the first request until all responses had been handled.
    pub wall: Duration,
}

/// Targets, and the TLS config that trusts them.
pub struct Getter {
    targets: Arc<Targets>,
    tls: Arc<ClientConfig>,
}

impl Getter {
    /// For HTTPS targets whose certificates lead to a root in `trust_file`, in PEM; `groups` are the key-exchange
    /// groups to offer, by their names in the ledger.
    ///
    /// # Errors
    ///
    /// When a target cannot be fetched, the file cannot be read, or TLS cannot be set up.
    pub fn new(targets: &[protocol::Target], trust_file: &Path, groups: &[String]) -> Result<Getter, PrepareError> {
        let targets = Arc::new(Targets::parse(targets)?);
        let trust = TrustStore::read(trust_file)?;
        let groups = groups::named(groups)?;
        let settings = TlsSettings {
            trust: &trust,
            groups: &groups,
            version: TlsVersion::default(),
            sessions: Sessions::Forgotten,
        };
        let rustls = Rustls::new(settings)?;
        let missing = || PrepareError::Tls { stack: "rustls", reason: "there is no TLS config".to_owned() };
        Ok(Getter { targets, tls: rustls.rustls().ok_or_else(missing)? })
    }

    /// The URL that request number `request` fetches, as its response must repeat it.
    pub fn url(&self, request: u64) -> String {
        let target = self.targets.get(self.targets.pick(Connection::NewConn, 0, request));
        paged(&target.url, request)
    }

    /// Makes `requests` requests in `manner`, `at_once` of them concurrently in tasks (one if serially), on an executor
    /// of this one thread. Once `stop` is true, no further request is started.
    ///
    /// # Errors
    ///
    /// When the executor cannot be started. A failed request is no error here: `seen` receives it.
    pub fn get(
        &self,
        manner: Manner,
        requests: u64,
        at_once: u32,
        stop: &Arc<AtomicBool>,
        mut seen: impl FnMut(FetchOutcome),
    ) -> Result<GetTotals, PrepareError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime =
            runtime.map_err(|error| PrepareError::Model { model: "tokio-current", reason: error.to_string() })?;
        let tasks = match manner {
            Manner::Serially => 1,
            Manner::BlockingInAsync | Manner::Properly => at_once.max(1),
        };
        let work = Arc::new(Work {
            targets: Arc::clone(&self.targets),
            tls: Arc::clone(&self.tls),
            ways: manner.ways(),
            next: AtomicU64::new(0),
            requests,
            stop: Arc::clone(stop),
        });
        let begun = Instant::now();
        runtime.block_on(async {
            let (send, mut receive) = unbounded_channel();
            for _ in 0..tasks {
                drop(tokio::spawn(Arc::clone(&work).run(send.clone())));
            }
            drop(send);
            while let Some(got) = receive.recv().await {
                seen(got);
            }
        });
        Ok(GetTotals { requests: work.next.load(Relaxed).min(requests), wall: begun.elapsed() })
    }
}

/// State that all tasks share.
struct Work {
    targets: Arc<Targets>,
    tls: Arc<ClientConfig>,
    ways: Ways,
    next: AtomicU64,
    requests: u64,
    stop: Arc<AtomicBool>,
}

impl Work {
    /// Makes requests until there are no more.
    async fn run(self: Arc<Self>, seen: UnboundedSender<FetchOutcome>) {
        while !self.stop.load(Relaxed) {
            let request = self.next.fetch_add(1, Relaxed);
            if request >= self.requests {
                return;
            }
            let begun = Instant::now();
            let answer = self.get(request).await;
            if seen.send(FetchOutcome { request, latency: begun.elapsed(), answer }).is_err() {
                return;
            }
            // Yields: the responses of a task that never yields otherwise would be handled only at the end.
            tokio::task::yield_now().await;
        }
    }

    async fn get(&self, request: u64) -> Result<(u16, Vec<u8>), FetchError> {
        let lane = Lane { tracer: None, request };
        let marks = RequestMarks::default();
        let target = self.targets.get(self.targets.pick(Connection::NewConn, 0, request));
        let mut exchange = Exchange::open(target, Some(&self.tls), self.ways, lane, &marks).await?;
        exchange.send(target, request).await?;
        exchange.answer(Reading::Recv).await
    }
}
