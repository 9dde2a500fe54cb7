//! The origins of a run: one for every kind of handshake that its cells ask for, each with listeners of its own,
//! started when a cell first needs it. So values of an axis can take turns within a run.

pub(crate) mod origin_process;
pub(crate) mod origin_server;

use std::collections::HashMap;

use origin::{Authority, Launch, Pins};
use params::{CertificateKey, Chain, Trust};
use workload::{Axes, Cell, Rtt};

use self::origin_process::OriginProcess;
use self::origin_server::OriginServer;
use crate::error::Error;
use crate::plan::Plan;
use crate::plan::handshake_pins::{pins, stock_pins};
use crate::plan::origin_spec::OriginSpec;

/// What an origin is started with for a cell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct OriginConfig {
    pins: Pins,
    cert: CertificateKey,
    chain: Chain,
    rtt: Rtt,
}

/// All origins of a run, and the authorities that they present certificates of.
pub(crate) struct Origins {
    authorities: Vec<Authority>,
    servers: HashMap<OriginConfig, OriginServer>,
}

impl Origins {
    /// None yet, with the authority that most cells trust.
    pub(crate) fn new() -> Result<Origins, Error> {
        let authority = Authority::create().map_err(origin::Error::from)?;
        Ok(Origins { authorities: vec![authority], servers: HashMap::new() })
    }

    /// The authority whose keys are of the kind `cert`, made when it is first asked for.
    pub(crate) fn authority(&mut self, cert: CertificateKey) -> Result<&Authority, origin::Error> {
        let at = match self.authorities.iter().position(|authority| authority.key() == cert) {
            Some(at) => at,
            None => {
                self.authorities.push(Authority::with(cert)?);
                self.authorities.len() - 1
            }
        };
        Ok(&self.authorities[at])
    }

    /// PEM file of what a client at `axes` trusts.
    pub(crate) fn trust_file(&mut self, axes: &Axes) -> Result<std::path::PathBuf, origin::Error> {
        let authority = self.authority(axes.cert)?;
        Ok(match axes.trust {
            Trust::Mozilla => authority.trust_file(),
            Trust::Own => authority.root_file(),
        })
    }

    /// The origin that `cell` fetches from; `stock`: the one that lets a client do as it does.
    pub(crate) fn of(&mut self, plan: &Plan, cell: &Cell, stock: bool) -> Result<&mut OriginServer, origin::Error> {
        let config = config(plan, cell, stock);
        if !self.servers.contains_key(&config) {
            let server = self.server(plan, &config)?;
            self.servers.insert(config.clone(), server);
        }
        // Put there just now, if it was not there before.
        Ok(self.servers.entry(config).or_insert_with(|| OriginServer::Theirs(Vec::new())))
    }

    fn server(&mut self, plan: &Plan, config: &OriginConfig) -> Result<OriginServer, origin::Error> {
        let kind = match &plan.origin {
            OriginSpec::Ours(kind) => kind.clone(),
            OriginSpec::Theirs(target) => return Ok(OriginServer::Theirs(vec![target.clone()])),
        };
        let authority = self.authority(config.cert)?;
        let issued = match config.chain {
            Chain::Two => authority.issue(origin::Leaf::Good)?,
            other => authority.issue_through(other.intermediates())?,
        };
        let mut launch = Launch::new(kind, issued.chain_file, issued.key_file);
        launch.ports = plan.ports;
        launch.pins = config.pins.clone();
        launch.cpus = Some(plan.run.pinning.origin.clone());
        Ok(OriginServer::Ours(Box::new(OriginProcess::far(launch, config.rtt, plan.relay.clone()))))
    }
}

/// What the origin of `cell` is started with. A plain cell shares the origin of the usual handshake.
fn config(plan: &Plan, cell: &Cell, stock: bool) -> OriginConfig {
    let Axes { cert, chain, rtt, .. } = cell.axes;
    let pins = match (&plan.origin, stock) {
        (OriginSpec::Ours(kind), true) => stock_pins(kind),
        _ => pins(&plan.pins, cell),
    };
    OriginConfig { pins, cert, chain, rtt }
}
