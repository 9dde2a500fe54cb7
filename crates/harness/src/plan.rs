//! What a run is to do: everything decided before the first trial.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use measure::machine::Machine;
use measure::protocol::Target;
use measure::result::{Arm, FORMAT, Handshake, LeftOut, Order, OriginInfo, Pinning, RunInfo, Section, Terms};
use origin::{EmbeddedProgram, Kind};
use workload::{About, Axes, Cell, Cert, Chain};

use crate::{ArmProgram, CommandLine, EngineCommand, origins};

pub use origin::{Pins, TlsVersion};

/// Listeners per transport: enough that sockets in TIME_WAIT do not gather at one.
const PORTS: u16 = 16;

/// What the maker of a run decides; the rest of its plan follows.
#[derive(Debug)]
pub struct Choices {
    /// What is fetched, by which cells.
    pub sections: Vec<Section>,
    /// What was asked for and cannot run here.
    pub left_out: Vec<LeftOut>,
    /// The scenario that they come from, if any.
    pub scenario: Option<About>,
    /// In which order trials run.
    pub order: Order,
    /// What is fetched from.
    pub origin: Supplier,
    /// Why that.
    pub why: String,
    /// What handshakes are pinned to.
    pub pins: Pins,
    /// Which CPUs run what.
    pub pinning: Pinning,
    /// Worker threads; `None`: as many as the client's CPUs, two at least.
    pub workers: Option<usize>,
    /// What the order of trials is drawn from; `None`: the time.
    pub seed: Option<u64>,
    /// What was typed to start it.
    pub command: Vec<String>,
    /// This program: it is the engine of built-in cells (`engine`), and the embedded origin.
    pub program: EmbeddedProgram,
    /// The engines from outside, by the client of their cells.
    pub outside: BTreeMap<String, Outside>,
    /// The programs that run each built-in cell by turns; none for an ordinary run, in which this program does.
    pub arms: Vec<ArmProgram>,
    /// Becomes true when the run is to end now.
    pub interrupt: Arc<AtomicBool>,
}

/// A run, decided.
#[derive(Debug)]
pub struct Plan {
    /// What is written to `run.json`: sections, seed, pinning, workers and the rest.
    pub run: RunInfo,
    /// What is fetched from.
    pub origin: Supplier,
    /// Listeners per transport.
    pub ports: u16,
    /// What handshakes are pinned to.
    pub pins: Pins,
    /// The embedded origin's program, which also plays the impostors that no client may trust.
    pub embedded: EmbeddedProgram,
    /// What makes an origin far away.
    pub relay: EmbeddedProgram,
    /// Who runs the built-in cells.
    pub engine: EngineCommand,
    /// Who runs them in a paired run.
    pub arms: BTreeMap<Arm, EngineCommand>,
    /// Who runs the cells of other engines, by the engine's name: the client of such a cell.
    pub outside: BTreeMap<String, Outside>,
    /// How long a trial may take; `None`: by its workload.
    pub deadline: Option<Duration>,
    /// Becomes true when the run is to end now.
    pub interrupt: Arc<AtomicBool>,
}

/// What a run fetches from.
#[derive(Debug, Clone)]
pub enum Supplier {
    /// An origin of ours, by its program.
    Ours(Kind),
    /// A server of the user's: no ledger, so nothing is proved, and nothing is pinned.
    Theirs(Target),
}

/// The model of cells that an engine from outside runs.
pub const OUTSIDE: &str = "engine";

/// An engine from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outside {
    /// A program that speaks the trial protocol.
    Protocol(EngineCommand),
    /// Any program that fetches a URL.
    Command(CommandLine),
}

impl Plan {
    /// The plan that follows from `choices`.
    pub fn of(choices: Choices) -> Plan {
        let Choices { sections, left_out, order, origin, why, pins, pinning, workers, seed, .. } = choices;
        let Choices { command, program, outside, interrupt, scenario, arms, .. } = choices;
        let run = RunInfo {
            format: FORMAT,
            tlstax: env!("CARGO_PKG_VERSION").to_owned(),
            revision: option_env!("TLSTAX_REVISION").map(str::to_owned),
            started: jiff::Timestamp::now().to_string(),
            command,
            seed: seed.unwrap_or_else(|| jiff::Timestamp::now().as_microsecond().unsigned_abs()),
            workers: workers.unwrap_or_else(|| default_workers(&pinning)),
            pinning,
            origin: origin_info(&origin, why),
            handshake: match origin {
                Supplier::Ours(_) => handshake(&pins, Axes::default()),
                Supplier::Theirs(_) => Handshake::default(),
            },
            machine: Machine::read(),
            order,
            arms: arms.iter().map(|arm| arm.info.clone()).collect(),
            scenario,
            sections,
            left_out,
            resumed: Vec::new(),
            ended: None,
            interrupted: false,
        };
        let built_in = engine(&program.exe);
        let arms = arms.into_iter().map(|arm| (arm.info.arm, engine(&arm.exe))).collect();
        let relay = EmbeddedProgram { exe: program.exe.clone(), leading_args: vec!["relay".to_owned()] };
        Plan {
            run,
            origin,
            ports: PORTS,
            pins,
            engine: built_in,
            arms,
            outside,
            embedded: program,
            relay,
            deadline: None,
            interrupt,
        }
    }

    /// Who runs `cell`, if it is not built in.
    pub(crate) fn outside(&self, cell: &Cell) -> Option<&Outside> {
        if cell.model == OUTSIDE { self.outside.get(&cell.client) } else { None }
    }

    /// What handshakes of `cell` are pinned to.
    pub(crate) fn pins_of(&self, cell: &Cell) -> Pins {
        origins::pins(&self.pins, cell)
    }

    /// What every handshake of `cell` must have settled on, in the ledger's words.
    pub(crate) fn handshake_of(&self, cell: &Cell) -> Handshake {
        handshake(&self.pins_of(cell), cell.axes)
    }

    /// Groups that the client of `cell` is told to offer, where it can be told.
    pub(crate) fn groups(&self, cell: &Cell) -> Vec<String> {
        let groups = match self.origin {
            Supplier::Ours(_) => self.pins_of(cell).groups,
            Supplier::Theirs(_) => origin::Group::ALL.to_vec(),
        };
        groups.into_iter().map(|group| group.registered().to_owned()).collect()
    }

    /// On which terms `cell` takes part.
    pub(crate) fn terms(&self, cell: &Cell) -> Terms {
        match self.outside(cell) {
            // An engine of another language may keep a pool of its own.
            Some(Outside::Protocol(_)) => Terms::Pooled,
            Some(Outside::Command(_)) => Terms::Command,
            None => fetch::terms_of(cell),
        }
    }

    /// The program that speaks the trial protocol for `cell`, in that arm of a paired run.
    pub(crate) fn engine(&self, cell: &Cell, arm: Option<Arm>) -> &EngineCommand {
        match self.outside(cell) {
            Some(Outside::Protocol(engine)) => engine,
            Some(Outside::Command(_)) | None => arm.and_then(|arm| self.arms.get(&arm)).unwrap_or(&self.engine),
        }
    }

    /// The arms of a paired run; none of an ordinary one, which is `[None]`.
    pub(crate) fn turns(&self) -> Vec<Option<Arm>> {
        let arms: Vec<Option<Arm>> = self.arms.keys().copied().map(Some).collect();
        if arms.is_empty() { vec![None] } else { arms }
    }
}

/// How a build of tlstax is told to speak the trial protocol.
fn engine(exe: &Path) -> EngineCommand {
    EngineCommand { program: exe.to_owned(), args: vec![OsString::from("engine")] }
}

/// Worker threads where none are asked for: the client's CPUs, two at least.
pub fn default_workers(pinning: &Pinning) -> usize {
    pinning.client.len().max(2)
}

fn origin_info(supplier: &Supplier, why: String) -> OriginInfo {
    match supplier {
        Supplier::Ours(kind) => {
            OriginInfo { name: kind.name().to_owned(), version: String::new(), why, ports: usize::from(PORTS) }
        }
        Supplier::Theirs(target) => {
            OriginInfo { name: target.url.clone(), version: target.addr.to_string(), why, ports: 1 }
        }
    }
}

/// What the pins come to in the ledger's words.
fn handshake(pins: &Pins, axes: Axes) -> Handshake {
    Handshake {
        version: format!("TLSv{}", pins.tls_version),
        suite: origins::suite(pins.tls_version, axes.cert).to_owned(),
        group: pins.groups.first().map(|group| group.registered().to_owned()).unwrap_or_default(),
        alpn: pins.alpn.first().cloned().unwrap_or_default(),
        certificate: format!("{}, {}", key(axes.cert), sent(axes.chain)),
    }
}

fn key(cert: Cert) -> &'static str {
    match cert {
        Cert::EcdsaP256 => "ECDSA P-256",
        Cert::Rsa2048 => "RSA 2048",
    }
}

fn sent(chain: Chain) -> &'static str {
    match chain {
        Chain::One => "leaf alone",
        Chain::Two => "leaf + intermediate",
        Chain::Three => "leaf + 2 intermediates",
    }
}

/// Why CPUs could not be shared out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("--pin split needs two CPUs and there is one: use --pin none")]
pub struct PinningError;

/// Shares `cpus` out between client and origin: disjoint halves if `split`, the origin's the larger, so that the client
/// rather than the origin is the limit; otherwise all for both.
pub fn pin(cpus: &[usize], split: bool) -> Result<Pinning, PinningError> {
    let (client, origin) = match (split, cpus.len()) {
        (false, _) => (cpus, cpus),
        (true, 0 | 1) => return Err(PinningError),
        (true, count) => cpus.split_at(count / 2),
    };
    Ok(Pinning { client: client.to_vec(), origin: origin.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpus_are_split_or_shared() {
        let split = pin(&[0, 1, 2, 5, 6], true).unwrap();
        assert_eq!((split.client.as_slice(), split.origin.as_slice()), (&[0, 1][..], &[2, 5, 6][..]));
        assert!(split.is_split());
        assert!(!pin(&[0, 1], false).unwrap().is_split());
        assert_eq!(pin(&[3], true), Err(PinningError));
    }
}
