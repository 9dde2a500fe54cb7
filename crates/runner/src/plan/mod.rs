//! The plan of a run: everything decided before the first trial.
//!
//! Nothing is started here: servers and trials are for the modules that carry out the plan.

pub(crate) mod arm_program;
pub(crate) mod command_line;
pub(crate) mod cpu_pinning;
pub(crate) mod engine_command;
pub(crate) mod external_engine;
pub(crate) mod handshake_pins;
pub(crate) mod limit;
pub(crate) mod origin_spec;
pub(crate) mod request_body;
pub mod sections;
pub mod skipped;
pub(crate) mod trial_order;
pub(crate) mod user_server;
pub(crate) mod verification;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use measure::machine::Machine;
use measure::result::{Arm, FORMAT, Handshake, LeftOut, Pinning, RunInfo, Section, Terms, TrialOrder};
use origin::{EmbeddedProgram, Kind, Pins};
use params::Group;
use workload::{About, Axes, Cell};

use self::arm_program::ArmProgram;
use self::cpu_pinning::default_workers;
use self::engine_command::EngineCommand;
use self::external_engine::{EXTERNAL, ExternalEngine};
use self::handshake_pins::{handshake, pins};
use self::origin_spec::OriginSpec;
use self::user_server::UserServer;
use self::verification::Verification;

/// Listeners per transport: enough that sockets in TIME_WAIT do not accumulate at one port.
const PORTS: u16 = 16;

/// The decisions of the caller, from which the rest of the plan follows.
#[derive(Debug)]
pub struct Choices {
    /// The workloads, with their cells.
    pub sections: Vec<Section>,
    /// Requested cells that cannot run here.
    pub left_out: Vec<LeftOut>,
    /// The scenario that they come from, if any.
    pub scenario: Option<About>,
    /// The order in which trials run.
    pub order: TrialOrder,
    /// The origin.
    pub origin: OriginSpec<Kind, UserServer>,
    /// Why this origin was chosen.
    pub why: String,
    /// The parameters to which handshakes are pinned.
    pub pins: Pins,
    /// The CPUs of client and origin.
    pub pinning: Pinning,
    /// Worker threads; `None`: as many as the client's CPUs, two at least.
    pub workers: Option<usize>,
    /// The seed of the order of trials; `None`: taken from the time.
    pub seed: Option<u64>,
    /// The command line that started it.
    pub command: Vec<String>,
    /// This program: it is the engine of built-in cells (`engine`), and the embedded origin.
    pub program: EmbeddedProgram,
    /// The external engines, by the client of their cells.
    pub external_engines: BTreeMap<String, ExternalEngine>,
    /// The programs that run each built-in cell in turns; empty for an ordinary run, in which this program does.
    pub arms: Vec<ArmProgram>,
    /// Becomes true when the run must end now.
    pub interrupt: Arc<AtomicBool>,
}

/// The plan of a run.
#[derive(Debug)]
pub struct Plan {
    /// The contents of `run.json`: sections, seed, pinning, workers and the rest.
    pub run: RunInfo,
    /// The origin.
    pub origin: OriginSpec<Kind, UserServer>,
    /// Listeners per transport.
    pub ports: u16,
    /// The parameters to which handshakes are pinned.
    pub pins: Pins,
    /// The embedded origin's program, which also serves as the impostors that no client may trust.
    pub embedded: EmbeddedProgram,
    /// The relay's program, which imitates a distance.
    pub relay: EmbeddedProgram,
    /// The engine of the built-in cells.
    pub engine: EngineCommand,
    /// Their engines in a paired run.
    pub arms: BTreeMap<Arm, EngineCommand>,
    /// The engines of external cells, by the client of such a cell.
    pub external_engines: BTreeMap<String, ExternalEngine>,
    /// The longest time for a trial; `None`: determined by its workload.
    pub deadline: Option<Duration>,
    /// Becomes true when the run must end now.
    pub interrupt: Arc<AtomicBool>,
}

/// The git revision that this program was built from, with `-dirty` behind it where the tree had changes; `None`
/// outside git.
pub fn revision() -> Option<&'static str> {
    option_env!("TLSTAX_REVISION")
}

impl Plan {
    /// The plan that follows from `choices`.
    pub fn of(choices: Choices) -> Plan {
        let Choices { sections, left_out, order, origin, why, pins, pinning, workers, seed, .. } = choices;
        let Choices { command, program, external_engines, interrupt, scenario, arms, .. } = choices;
        let run = RunInfo {
            format: FORMAT,
            tlstax: env!("CARGO_PKG_VERSION").to_owned(),
            revision: revision().map(str::to_owned),
            started: jiff::Timestamp::now().to_string(),
            command,
            seed: seed.unwrap_or_else(|| jiff::Timestamp::now().as_microsecond().unsigned_abs()),
            workers: workers.unwrap_or_else(|| default_workers(&pinning)),
            pinning,
            origin: origin.info(why, PORTS),
            handshake: match origin {
                OriginSpec::Ours(_) => handshake(&pins, Axes::default()),
                OriginSpec::Theirs(_) => Handshake::default(),
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
        let engine = EngineCommand::of_build(&program.exe);
        let arms = arms.into_iter().map(|arm| (arm.info.arm, EngineCommand::of_build(&arm.exe))).collect();
        let relay = EmbeddedProgram { exe: program.exe.clone(), leading_args: vec!["relay".to_owned()] };
        Plan {
            run,
            origin,
            ports: PORTS,
            pins,
            engine,
            arms,
            external_engines,
            embedded: program,
            relay,
            deadline: None,
            interrupt,
        }
    }

    /// How the certificates of the user's server are verified; `None` for tlstax's origins.
    pub(crate) fn verification(&self) -> Option<&Verification> {
        match &self.origin {
            OriginSpec::Ours(_) => None,
            OriginSpec::Theirs(server) => Some(&server.verification),
        }
    }

    /// The external engine of `cell`; `None` if the cell is built in.
    pub(crate) fn external_engine(&self, cell: &Cell) -> Option<&ExternalEngine> {
        if cell.model == EXTERNAL { self.external_engines.get(&cell.client) } else { None }
    }

    /// The parameters to which handshakes of `cell` are pinned.
    pub(crate) fn pins_of(&self, cell: &Cell) -> Pins {
        pins(&self.pins, cell)
    }

    /// What every handshake of `cell` must have negotiated, in the ledger's spelling.
    pub(crate) fn handshake_of(&self, cell: &Cell) -> Handshake {
        handshake(&self.pins_of(cell), cell.axes)
    }

    /// Groups that the client of `cell` should offer, if it can be configured.
    pub(crate) fn groups(&self, cell: &Cell) -> Vec<String> {
        let groups = match self.origin {
            OriginSpec::Ours(_) => self.pins_of(cell).groups,
            OriginSpec::Theirs(_) => Group::ALL.to_vec(),
        };
        groups.into_iter().map(|group| group.registered().to_owned()).collect()
    }

    /// The terms of `cell`.
    pub(crate) fn terms(&self, cell: &Cell) -> Terms {
        match self.external_engine(cell) {
            // An engine in another language may have a connection pool of its own.
            Some(ExternalEngine::Protocol(_)) => Terms::Pooled,
            Some(ExternalEngine::Command(_)) => Terms::Command,
            None => fetch::terms_of(cell),
        }
    }

    /// The program that speaks the trial protocol for `cell`, in that arm of a paired run.
    pub(crate) fn engine(&self, cell: &Cell, arm: Option<Arm>) -> &EngineCommand {
        match self.external_engine(cell) {
            Some(ExternalEngine::Protocol(engine)) => engine,
            Some(ExternalEngine::Command(_)) | None => arm.and_then(|arm| self.arms.get(&arm)).unwrap_or(&self.engine),
        }
    }

    /// The arms of a paired run; `[None]` for an ordinary one.
    pub(crate) fn turns(&self) -> Vec<Option<Arm>> {
        let arms: Vec<Option<Arm>> = self.arms.keys().copied().map(Some).collect();
        if arms.is_empty() { vec![None] } else { arms }
    }
}
