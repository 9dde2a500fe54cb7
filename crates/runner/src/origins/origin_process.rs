//! One of our origins, with the relay before it if a distance is imitated: started when it is first needed, and
//! restarted after it has died, hangs or violates the protocol.

use std::net::SocketAddr;
use std::time::Duration;

use ledger::Ledger;
use measure::protocol::Target;
use origin::{EmbeddedProgram, Launch, Origin, Relay};
use workload::{Cell, Hosts, Path, Rtt, Workload};

use crate::origins::server::Server;

/// The host's name, if there is only one, as in the leaf certificate.
const HOST: &str = "localhost";

/// An origin that is started on demand.
pub(crate) struct OriginProcess {
    launch: Launch,
    rtt: Rtt,
    relay: Option<EmbeddedProgram>,
    running: Option<Running>,
}

/// A running origin, and the relay between it and its clients.
struct Running {
    origin: Origin,
    relay: Option<Relay>,
}

impl Running {
    /// The error of the origin or the relay, if one of them has ended.
    fn ended(&mut self) -> Option<origin::Error> {
        self.origin.ended().or_else(|| self.relay.as_mut().and_then(Relay::ended))
    }

    /// The addresses for clients, with or without TLS.
    fn addresses(&self, tls: bool) -> &[SocketAddr] {
        let ready = self.origin.ready();
        match (&self.relay, tls) {
            (None, true) => &ready.https,
            (None, false) => &ready.http,
            // The relay's addresses are in the order of its targets: first those without TLS.
            (Some(relay), true) => relay.addresses().get(ready.http.len()..).unwrap_or_default(),
            (Some(relay), false) => relay.addresses().get(..ready.http.len()).unwrap_or_default(),
        }
    }
}

impl OriginProcess {
    /// An origin that is started when it is first needed.
    pub(crate) fn new(launch: Launch) -> OriginProcess {
        OriginProcess { launch, rtt: Rtt::NONE, relay: None, running: None }
    }

    /// The same, at the distance `rtt`, which the relay program `relay` imitates.
    pub(crate) fn far(launch: Launch, rtt: Rtt, relay: EmbeddedProgram) -> OriginProcess {
        OriginProcess { rtt, relay: Some(relay), ..OriginProcess::new(launch) }
    }

    /// The running origin; starts it if there is none. One that has ended is an error, and the next call starts
    /// another.
    pub(crate) fn running(&mut self) -> Result<&mut Origin, origin::Error> {
        self.reachable().map(|running| &mut running.origin)
    }

    fn reachable(&mut self) -> Result<&mut Running, origin::Error> {
        let mut running = match self.running.take() {
            Some(running) => running,
            None => self.start()?,
        };
        match running.ended() {
            Some(ended) => Err(ended),
            None => Ok(self.running.insert(running)),
        }
    }

    fn start(&self) -> Result<Running, origin::Error> {
        let origin = Origin::start(&self.launch)?;
        let relay = match &self.relay {
            Some(program) if self.rtt > Rtt::NONE => {
                let ready = origin.ready();
                let targets: Vec<SocketAddr> = ready.http.iter().chain(&ready.https).copied().collect();
                let rtt = Duration::from_millis(u64::from(self.rtt.ms()));
                Some(Relay::start(program, &targets, rtt, self.launch.cpus.as_deref())?)
            }
            _ => None,
        };
        Ok(Running { origin, relay })
    }

    /// Starts a trial: resets the ledger's maxima and log. An origin that does not respond, because the previous trial
    /// killed or stalled it, is replaced by a new one.
    pub(crate) fn begin(&mut self) -> Result<Ledger, origin::Error> {
        self.read(true).or_else(|_| self.read(true))
    }

    /// Reads the ledger, after resetting its maxima and log if `mark`. An origin that does not respond is stopped.
    pub(crate) fn read(&mut self, mark: bool) -> Result<Ledger, origin::Error> {
        let running = self.running()?;
        let ledger = if mark { running.mark() } else { running.ledger() };
        if ledger.is_err() {
            self.running = None;
        }
        ledger
    }

    /// The targets of `cell`: the workload's path at every listener of its transport, and at each of its hosts.
    pub(crate) fn targets(&mut self, cell: &Cell, workload: &Workload) -> Result<Vec<Target>, origin::Error> {
        let addresses = self.reachable()?.addresses(cell.is_tls());
        let scheme = if cell.is_tls() { "https" } else { "http" };
        let one = workload.hosts == Hosts::MIN;
        let count = if one { addresses.len() } else { workload.hosts.get() as usize };
        let numbered = addresses.iter().cycle().take(count).enumerate();
        Ok(numbered
            .map(|(number, addr)| {
                let host = if one { HOST.to_owned() } else { format!("host-{number}.tlstax.test") };
                target(scheme, host, *addr, &workload.path)
            })
            .collect())
    }
}

impl Server for OriginProcess {
    fn targets(&mut self, cell: &Cell, workload: &Workload) -> Result<Vec<Target>, origin::Error> {
        OriginProcess::targets(self, cell, workload)
    }

    fn begin(&mut self) -> Result<Option<Ledger>, origin::Error> {
        OriginProcess::begin(self).map(Some)
    }

    fn read(&mut self, mark: bool) -> Result<Option<Ledger>, origin::Error> {
        OriginProcess::read(self, mark).map(Some)
    }

    fn version(&mut self) -> Result<Option<String>, origin::Error> {
        Ok(Some(self.running()?.ready().version.clone()))
    }

    fn pid(&mut self) -> Result<Option<u32>, origin::Error> {
        Ok(Some(self.running()?.ready().pid))
    }

    fn ended(&mut self) -> Option<origin::Error> {
        let running = self.running.as_mut()?;
        // A process that is killed closes its sockets, and clients fail, before it can be waited for: whether it still
        // responds decides.
        let ended = match running.ended() {
            Some(ended) => ended,
            None => running.origin.ledger().err().map(|gone| running.ended().unwrap_or(gone))?,
        };
        // The next caller that needs an origin starts another.
        self.running = None;
        Some(ended)
    }
}

fn target(scheme: &str, host: String, addr: SocketAddr, path: &Path) -> Target {
    Target { url: format!("{scheme}://{host}:{}{path}", addr.port()), host, addr }
}
