//! The servers of a run: the user's server, or one of our origins for every kind of handshake that its cells need. Each
//! of these has listeners of its own, and is started when a cell first needs it. So the values of an axis can alternate
//! within a run.

pub(crate) mod origin_process;
pub(crate) mod server;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::PathBuf;

use origin::{Authority, Kind, Launch, Pins};
use params::{CertificateKey, Chain, Trust};
use workload::{Axes, Cell, Party};

use self::origin_process::OriginProcess;
use self::server::Server;
use crate::error::Error;
use crate::plan::Plan;
use crate::plan::handshake_pins::{pins, stock_pins};
use crate::plan::origin_spec::OriginSpec;
use crate::plan::user_server::UserServer;

/// The configuration of one of our origins for a cell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct OriginConfig {
    pins: Pins,
    /// What origins are told, each axis else at its default.
    axes: Axes,
}

impl OriginConfig {
    /// The configuration for `cell`; with `stock`, one that allows the client its own defaults. A cell without TLS
    /// shares the origin of the usual handshake.
    fn of(kind: &Kind, plan: &Plan, cell: &Cell, stock: bool) -> OriginConfig {
        let pins = if stock { stock_pins(kind) } else { pins(&plan.pins, cell) };
        OriginConfig { pins, axes: cell.axes.told_to(Party::Origin) }
    }

    /// The command that starts this origin, with a certificate of `authority`.
    fn launch(&self, kind: &Kind, plan: &Plan, authority: &Authority) -> Result<Launch, origin::Error> {
        let issued = match self.axes.chain {
            Chain::Two => authority.issue(origin::Leaf::Good)?,
            other => authority.issue_through(other.intermediates())?,
        };
        let mut launch = Launch::new(kind.clone(), issued.chain_file, issued.key_file);
        launch.ports = plan.ports;
        launch.pins = self.pins.clone();
        launch.cpus = Some(plan.run.pinning.origin.clone());
        Ok(launch)
    }
}

/// The servers of a run, and the authorities that issue the certificates of our origins.
pub(crate) struct Origins {
    authorities: Authorities,
    servers: OriginSpec<(Kind, HashMap<OriginConfig, OriginProcess>), UserServer>,
}

impl Origins {
    /// The servers of `plan`, none of them started, with the authority that most cells trust.
    pub(crate) fn new(plan: &Plan) -> Result<Origins, Error> {
        let servers = match &plan.origin {
            OriginSpec::Ours(kind) => OriginSpec::Ours((kind.clone(), HashMap::new())),
            OriginSpec::Theirs(server) => OriginSpec::Theirs(server.clone()),
        };
        let usual = Authority::create().map_err(origin::Error::from)?;
        Ok(Origins { authorities: Authorities(vec![usual]), servers })
    }

    /// The authority with keys of the type `cert`, created when it is first needed.
    pub(crate) fn authority(&mut self, cert: CertificateKey) -> Result<&Authority, origin::Error> {
        self.authorities.with(cert)
    }

    /// The PEM file of the roots that a client at `axes` trusts.
    pub(crate) fn trust_file(&mut self, axes: &Axes) -> Result<PathBuf, origin::Error> {
        let authority = self.authority(axes.cert)?;
        Ok(match axes.trust {
            Trust::Mozilla => authority.trust_file(),
            Trust::Own => authority.root_file(),
        })
    }

    /// The server of `cell`; with `stock`, an origin that allows the client its own defaults.
    pub(crate) fn of(&mut self, plan: &Plan, cell: &Cell, stock: bool) -> Result<&mut dyn Server, origin::Error> {
        let (kind, processes) = match &mut self.servers {
            OriginSpec::Ours((kind, processes)) => (kind, processes),
            OriginSpec::Theirs(server) => return Ok(server),
        };
        Ok(match processes.entry(OriginConfig::of(kind, plan, cell, stock)) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let config = entry.key();
                let launch = config.launch(kind, plan, self.authorities.with(config.axes.cert)?)?;
                let process = OriginProcess::far(launch, config.axes.rtt, plan.relay.clone());
                entry.insert(process)
            }
        })
    }
}

/// Authorities, each with keys of another type.
struct Authorities(Vec<Authority>);

impl Authorities {
    /// The one with keys of the type `cert`, created when it is first needed.
    fn with(&mut self, cert: CertificateKey) -> Result<&Authority, origin::Error> {
        let at = match self.0.iter().position(|authority| authority.key() == cert) {
            Some(at) => at,
            None => {
                self.0.push(Authority::with(cert)?);
                self.0.len() - 1
            }
        };
        Ok(&self.0[at])
    }
}
