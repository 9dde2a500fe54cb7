//! What a run is to do: everything decided before the first trial.
//!
//! Nothing is started here: the servers and the trials are left to those that carry the plan out.

pub(crate) mod arm_program;
pub(crate) mod command_line;
pub(crate) mod cpu_pinning;
pub(crate) mod engine_command;
pub(crate) mod external_engine;
pub(crate) mod handshake_pins;
pub(crate) mod limit;
pub(crate) mod origin_spec;
pub mod sections;
pub mod skipped;
pub(crate) mod trial_order;
pub(crate) mod user_server;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use measure::machine::Machine;
use measure::result::{Arm, FORMAT, Handshake, LeftOut, Order, Pinning, RunInfo, Section, Terms};
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
    pub origin: OriginSpec<Kind, UserServer>,
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
    /// The external engines, by the client of their cells.
    pub external_engines: BTreeMap<String, ExternalEngine>,
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
    pub origin: OriginSpec<Kind, UserServer>,
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
    /// Who runs the cells of external engines, by the engine's name: the client of such a cell.
    pub external_engines: BTreeMap<String, ExternalEngine>,
    /// How long a trial may take; `None`: by its workload.
    pub deadline: Option<Duration>,
    /// Becomes true when the run is to end now.
    pub interrupt: Arc<AtomicBool>,
}

impl Plan {
    /// The plan that follows from `choices`.
    pub fn of(choices: Choices) -> Plan {
        let Choices { sections, left_out, order, origin, why, pins, pinning, workers, seed, .. } = choices;
        let Choices { command, program, external_engines, interrupt, scenario, arms, .. } = choices;
        let run = RunInfo {
            format: FORMAT,
            tlstax: env!("CARGO_PKG_VERSION").to_owned(),
            revision: option_env!("TLSTAX_REVISION").map(str::to_owned),
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

    /// Who runs `cell`, if it is not built in.
    pub(crate) fn external_engine(&self, cell: &Cell) -> Option<&ExternalEngine> {
        if cell.model == EXTERNAL { self.external_engines.get(&cell.client) } else { None }
    }

    /// What handshakes of `cell` are pinned to.
    pub(crate) fn pins_of(&self, cell: &Cell) -> Pins {
        pins(&self.pins, cell)
    }

    /// What every handshake of `cell` must have settled on, in the ledger's words.
    pub(crate) fn handshake_of(&self, cell: &Cell) -> Handshake {
        handshake(&self.pins_of(cell), cell.axes)
    }

    /// Groups that the client of `cell` is told to offer, where it can be told.
    pub(crate) fn groups(&self, cell: &Cell) -> Vec<String> {
        let groups = match self.origin {
            OriginSpec::Ours(_) => self.pins_of(cell).groups,
            OriginSpec::Theirs(_) => Group::ALL.to_vec(),
        };
        groups.into_iter().map(|group| group.registered().to_owned()).collect()
    }

    /// On which terms `cell` takes part.
    pub(crate) fn terms(&self, cell: &Cell) -> Terms {
        match self.external_engine(cell) {
            // An engine of another language may keep a pool of its own.
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

    /// The arms of a paired run; none of an ordinary one, which is `[None]`.
    pub(crate) fn turns(&self) -> Vec<Option<Arm>> {
        let arms: Vec<Option<Arm>> = self.arms.keys().copied().map(Some).collect();
        if arms.is_empty() { vec![None] } else { arms }
    }
}
