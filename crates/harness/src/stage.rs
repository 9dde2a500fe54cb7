//! What all trials of a run share: the origins, their certificates, and what engines are told beside the job.

use std::ffi::OsString;

use measure::protocol::{Job, VERSION};
use measure::result::{Arm, Section, Terms};
use workload::{Axes, Cell, Connection};

use crate::engine::Fault;
use crate::environment::Environment;
use crate::error::Error;
use crate::examine::Examiner;
use crate::measured::Opened;
use crate::origins::Origins;
use crate::plan::Plan;
use crate::plan::origin_spec::OriginSpec;
use crate::source::Supply;
use crate::tail::in_one_line;

/// Everything that is set up once for a run.
pub(crate) struct Stage {
    pub(crate) plan: Plan,
    pub(crate) origins: Origins,
    pub(crate) examiner: Examiner,
    environment: Environment,
}

impl Stage {
    /// Starts the origin of the plan, and fills in the plan what was learnt of it.
    pub(crate) fn open(mut plan: Plan) -> Result<Stage, Error> {
        let mut origins = Origins::new()?;
        if let (OriginSpec::Ours(_), Supply::Ours(usual)) = (&plan.origin, origins.of(&plan, &usual_cell(), false)?) {
            let version = usual.running()?.ready().version.clone();
            plan.run.origin.version = version;
        }
        let usual = origins.authority(Axes::default().cert)?;
        Ok(Stage {
            examiner: Examiner::new(&plan, usual)?,
            environment: Environment::new(plan.run.workers)?,
            origins,
            plan,
        })
    }

    /// The origin that a cell fetches from.
    pub(crate) fn source_of(&mut self, cell: &Cell) -> Result<&mut Supply, Fault> {
        let stock = self.plan.terms(cell) == Terms::Stock;
        self.origins.of(&self.plan, cell, stock).map_err(origin_failed)
    }

    /// The variables that the engine of `cell` is given.
    pub(crate) fn environment(&self, cell: &Cell) -> Result<Vec<(&'static str, OsString)>, Fault> {
        match (self.plan.terms(cell), &self.plan.origin) {
            // As it comes from the box, OpenSSL too; and a server of the user's is asked for all that OpenSSL has.
            (Terms::Stock, _) | (_, OriginSpec::Theirs(_)) => Ok(self.environment.free()),
            _ => {
                let pinned = self.environment.pinned(&self.plan.pins_of(cell));
                pinned.map_err(|error| Fault::Failed(error.to_string()))
            }
        }
    }

    /// Reads the ledger before a cell's first request, writes its job, and examines how its client verifies.
    pub(crate) fn begin(
        &mut self,
        section: &Section,
        cell: &Cell,
        arm: Option<Arm>,
        round: u32,
    ) -> Result<(Opened, Job), Fault> {
        let source = self.source_of(cell)?;
        let start = source.begin().map_err(origin_failed)?;
        let targets = source.targets(cell, &section.workload).map_err(origin_failed)?;
        let trust_file = self.origins.trust_file(&cell.axes).map_err(origin_failed)?;
        let plan = &self.plan;
        let job = Job {
            protocol: VERSION,
            cell: cell.clone(),
            workload: section.workload.clone(),
            targets,
            trust_file: cell.is_tls().then_some(trust_file),
            groups: plan.groups(cell),
            workers: plan.run.workers,
            seed: plan.run.seed.wrapping_add(u64::from(round)),
        };
        let faults = self.examine(&job, arm)?;
        Ok((Opened { start, faults }, job))
    }

    /// What is wrong with how the job's client verifies. The impostors make the usual handshake: so does, for them, the
    /// cell.
    fn examine(&mut self, job: &Job, arm: Option<Arm>) -> Result<Vec<String>, Fault> {
        let cell = Cell { connection: Connection::NewConn, ..job.cell.base() };
        let trust_file = self.origins.trust_file(&cell.axes).map_err(origin_failed)?;
        let environment = self.environment(&cell)?;
        let groups = self.plan.groups(&cell);
        let job = Job { trust_file: cell.is_tls().then_some(trust_file), cell, groups, ..job.clone() };
        self.examiner.faults(self.plan.engine(&job.cell, arm), &job, arm, &environment)
    }
}

/// A cell of the usual handshake.
fn usual_cell() -> Cell {
    Cell::new("any", "any", Cell::PLAIN, Connection::NewConn)
}

/// An origin that failed makes a trial invalid.
pub(crate) fn origin_failed(error: origin::Error) -> Fault {
    Fault::Failed(in_one_line(&error.to_string()))
}
