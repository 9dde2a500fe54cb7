//! What a run fetches from: an origin of ours, started anew whenever it has died, hangs or says nonsense, or a server of
//! the user's, of which nothing is known but its address.

use std::net::SocketAddr;

use ledger::{Ledger, Side};
use measure::protocol::Target;
use origin::{Launch, Origin};
use workload::{Cell, Path};

/// The host's name in every URL, as it stands in the leaf certificate.
const HOST: &str = "localhost";

/// An origin that is there when it is asked for.
pub(crate) struct Source {
    launch: Launch,
    running: Option<Origin>,
}

impl Source {
    /// An origin to be started when it is first needed.
    pub(crate) fn new(launch: Launch) -> Source {
        Source { launch, running: None }
    }

    /// The origin, started if there is none.
    pub(crate) fn running(&mut self) -> Result<&mut Origin, origin::Error> {
        let alive = self.running.take().and_then(|mut origin| origin.is_alive().then_some(origin));
        let origin = match alive {
            Some(origin) => origin,
            None => Origin::start(&self.launch)?,
        };
        Ok(self.running.insert(origin))
    }

    /// Starts a trial: the ledger with its maxima and log begun anew. An origin that does not answer, because the trial
    /// before killed or stalled it, is replaced by a fresh one.
    pub(crate) fn begin(&mut self) -> Result<Ledger, origin::Error> {
        self.read(true).or_else(|_| self.read(true))
    }

    /// Reads the ledger, its maxima and log begun anew if `mark`. An origin that fails to answer is given up.
    pub(crate) fn read(&mut self, mark: bool) -> Result<Ledger, origin::Error> {
        let running = self.running()?;
        let ledger = if mark { running.mark() } else { running.ledger() };
        if ledger.is_err() {
            self.running = None;
        }
        ledger
    }

    /// What `cell` fetches: `path` from every listener of its transport.
    pub(crate) fn targets(&mut self, cell: &Cell, path: &Path) -> Result<Vec<Target>, origin::Error> {
        let ready = self.running()?.ready();
        let (scheme, addresses) = if cell.is_tls() { ("https", &ready.https) } else { ("http", &ready.http) };
        Ok(addresses.iter().map(|addr| target(scheme, *addr, path)).collect())
    }
}

/// What a run fetches from.
pub(crate) enum Supply {
    /// An origin with a ledger.
    Ours(Box<Source>),
    /// A server of the user's.
    Theirs(Target),
}

impl Supply {
    /// [`Source::begin`]; `None` where there is no ledger.
    pub(crate) fn begin(&mut self) -> Result<Option<Ledger>, origin::Error> {
        match self {
            Supply::Ours(source) => source.begin().map(Some),
            Supply::Theirs(_) => Ok(None),
        }
    }

    /// [`Source::read`]; `None` where there is no ledger.
    pub(crate) fn read(&mut self, mark: bool) -> Result<Option<Ledger>, origin::Error> {
        match self {
            Supply::Ours(source) => source.read(mark).map(Some),
            Supply::Theirs(_) => Ok(None),
        }
    }

    /// What `cell` fetches.
    pub(crate) fn targets(&mut self, cell: &Cell, path: &Path) -> Result<Vec<Target>, origin::Error> {
        match self {
            Supply::Ours(source) => source.targets(cell, path),
            Supply::Theirs(target) => Ok(vec![target.clone()]),
        }
    }

    /// The origin's process; `None` for a server of the user's.
    pub(crate) fn pid(&mut self) -> Result<Option<u32>, origin::Error> {
        match self {
            Supply::Ours(source) => Ok(Some(source.running()?.ready().pid)),
            Supply::Theirs(_) => Ok(None),
        }
    }
}

fn target(scheme: &str, addr: SocketAddr, path: &Path) -> Target {
    Target { url: format!("{scheme}://{HOST}:{}{path}", addr.port()), host: HOST.to_owned(), addr }
}

/// The side of the ledger that `cell` must have left its traces on, and the one that must be blank.
pub(crate) fn sides<'a>(cell: &Cell, ledger: &'a Ledger) -> (&'a Side, &'a Side) {
    if cell.is_tls() { (&ledger.https, &ledger.http) } else { (&ledger.http, &ledger.https) }
}
