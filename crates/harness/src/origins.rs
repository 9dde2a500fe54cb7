//! The origins of a run: one for every kind of handshake that its cells ask for, each with listeners of its own,
//! started when a cell first needs it. So values of an axis can take turns within a run.

use std::collections::HashMap;

use origin::{Authority, Kind, Launch, Pins};
use workload::{Axes, Cell, Cert, Chain, Connection, Rtt, TlsVersion, Trust};

use crate::error::Error;
use crate::plan::{Plan, Supplier};
use crate::source::{Source, Supply};

/// What an origin is told for a cell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Listener {
    pins: Pins,
    cert: Cert,
    chain: Chain,
    rtt: Rtt,
}

/// All origins of a run, and the authorities that they present certificates of.
pub(crate) struct Origins {
    authorities: Vec<Authority>,
    supplies: HashMap<Listener, Supply>,
}

impl Origins {
    /// None yet, with the authority that most cells trust.
    pub(crate) fn new() -> Result<Origins, Error> {
        let authority = Authority::create().map_err(origin::Error::from)?;
        Ok(Origins { authorities: vec![authority], supplies: HashMap::new() })
    }

    /// The authority whose keys are of the kind `cert`, made when it is first asked for.
    pub(crate) fn authority(&mut self, cert: Cert) -> Result<&Authority, origin::Error> {
        let key = match cert {
            Cert::EcdsaP256 => origin::Key::EcdsaP256,
            Cert::Rsa2048 => origin::Key::Rsa2048,
        };
        let at = match self.authorities.iter().position(|authority| authority.key() == key) {
            Some(at) => at,
            None => {
                self.authorities.push(Authority::with(key)?);
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
    pub(crate) fn of(&mut self, plan: &Plan, cell: &Cell, stock: bool) -> Result<&mut Supply, origin::Error> {
        let listener = listener(plan, cell, stock);
        if !self.supplies.contains_key(&listener) {
            let supply = self.supply(plan, &listener)?;
            self.supplies.insert(listener.clone(), supply);
        }
        // Put there just now, if it was not there before.
        Ok(self.supplies.entry(listener).or_insert_with(|| Supply::Theirs(Vec::new())))
    }

    fn supply(&mut self, plan: &Plan, listener: &Listener) -> Result<Supply, origin::Error> {
        let kind = match &plan.origin {
            Supplier::Ours(kind) => kind.clone(),
            Supplier::Theirs(target) => return Ok(Supply::Theirs(vec![target.clone()])),
        };
        let authority = self.authority(listener.cert)?;
        let issued = match listener.chain {
            Chain::Two => authority.issue(origin::Leaf::Good)?,
            Chain::One => authority.issue_through(0)?,
            Chain::Three => authority.issue_through(2)?,
        };
        let mut launch = Launch::new(kind, issued.chain_file, issued.key_file);
        launch.ports = plan.ports;
        launch.pins = listener.pins.clone();
        launch.cpus = Some(plan.run.pinning.origin.clone());
        Ok(Supply::Ours(Box::new(Source::far(launch, listener.rtt, plan.relay.clone()))))
    }
}

/// What the origin of `cell` is told. A plain cell shares the origin of the usual handshake.
fn listener(plan: &Plan, cell: &Cell, stock: bool) -> Listener {
    let Axes { cert, chain, rtt, .. } = cell.axes;
    let pins = match (&plan.origin, stock) {
        (Supplier::Ours(kind), true) => stock_pins(kind),
        _ => pins(&plan.pins, cell),
    };
    Listener { pins, cert, chain, rtt }
}

/// What handshakes of `cell` are pinned to: what those of the run are, and what its axes and its kind of connection
/// say.
pub(crate) fn pins(usual: &Pins, cell: &Cell) -> Pins {
    let mut pins = usual.clone();
    let (axes, default) = (cell.axes, Axes::default());
    if axes.tls_version != default.tls_version {
        pins.tls_version = axes.tls_version;
    }
    if axes.group != default.group {
        pins.groups = vec![axes.group];
    }
    pins.tickets |= cell.connection == Connection::Resumed;
    pins
}

/// The suite that both origins choose, by version and kind of key (RFC 8446 §B.4, RFC 5289).
pub(crate) fn suite(version: TlsVersion, cert: Cert) -> &'static str {
    match (version, cert) {
        (TlsVersion::Tls13, _) => "TLS_AES_128_GCM_SHA256",
        (TlsVersion::Tls12, Cert::EcdsaP256) => "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        (TlsVersion::Tls12, Cert::Rsa2048) => "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    }
}

/// What the origin allows a stock client: everything that it can do itself.
fn stock_pins(origin: &Kind) -> Pins {
    let http1 = "http/1.1".to_owned();
    let alpn = match origin {
        Kind::GoHttpbin { .. } => vec!["h2".to_owned(), http1],
        // The embedded origin speaks HTTP/1.1 only.
        Kind::Embedded(_) => vec![http1],
    };
    let groups = vec![origin::Group::X25519MlKem768, origin::Group::X25519, origin::Group::Secp256r1];
    Pins { groups, alpn, tickets: true, ..Pins::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_pinned_to_its_place_on_the_axes() {
        let of = |cell: &str| pins(&Pins::default(), &cell.parse().unwrap());
        assert_eq!(of("m/c/rustls/new-conn"), Pins::default());
        let varied = of("m/c/rustls/resumed@tls-version=1.2,group=p256");
        assert_eq!((varied.tls_version, varied.tickets), (TlsVersion::Tls12, true));
        assert_eq!(varied.groups, [origin::Group::Secp256r1]);
    }

    #[test]
    fn what_the_run_is_pinned_to_holds_where_no_axis_says_otherwise() {
        let usual = Pins { tls_version: TlsVersion::Tls12, ..Pins::default() };
        assert_eq!(pins(&usual, &"m/c/rustls/new-conn".parse().unwrap()).tls_version, TlsVersion::Tls12);
    }
}
