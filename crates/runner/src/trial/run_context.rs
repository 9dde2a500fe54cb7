//! State that all trials of a run share: the origins, their certificates, and the environment of engines.

use std::ffi::OsString;
use std::path::Path;

use ledger::Ledger;
use measure::protocol::{Job, VERSION};
use measure::result::{Arm, Section, Terms};
use workload::{Axes, Cell, Connection};

use crate::error::Error;
use crate::origins::Origins;
use crate::origins::server::Server;
use crate::plan::Plan;
use crate::plan::origin_spec::OriginSpec;
use crate::plan::verification::Verification;
use crate::trial::body_file::BodyFile;
use crate::trial::certificate_check::CertificateCheck;
use crate::trial::environment::Environment;
use crate::trial::error::TrialError;

/// Everything that is set up once for a run.
pub(crate) struct RunContext {
    pub(crate) plan: Plan,
    pub(crate) origins: Origins,
    pub(crate) certificate_check: CertificateCheck,
    environment: Environment,
    /// The body of requests to a server of the user's.
    body_file: Option<BodyFile>,
}

/// The start of a trial: a cell before its first request.
pub(crate) struct TrialStart {
    /// The ledger at the start; `None` if there is none.
    pub(crate) ledger: Option<Ledger>,
    /// What is wrong with how its client verifies certificates.
    pub(crate) faults: Vec<String>,
    /// Whether its client was told not to verify.
    pub(crate) insecure: bool,
}

impl RunContext {
    /// Starts the origin of the plan, and adds what it reports to the plan's description of the run.
    pub(crate) fn open(mut plan: Plan) -> Result<RunContext, Error> {
        let mut origins = Origins::new(&plan)?;
        if let Some(version) = origins.of(&plan, &usual_cell(), false)?.version()? {
            plan.run.origin.version = version;
        }
        let body = match &plan.origin {
            OriginSpec::Ours(_) => None,
            OriginSpec::Theirs(server) => server.body.as_ref(),
        };
        let body_file = body.map(BodyFile::write).transpose()?;
        let usual = origins.authority(Axes::default().cert)?;
        Ok(RunContext {
            certificate_check: CertificateCheck::new(&plan, usual)?,
            environment: Environment::new(plan.run.workers)?,
            origins,
            body_file,
            plan,
        })
    }

    /// The server of a cell.
    pub(crate) fn origin_of(&mut self, cell: &Cell) -> Result<&mut dyn Server, TrialError> {
        let stock = self.plan.terms(cell) == Terms::Stock;
        self.origins.of(&self.plan, cell, stock).map_err(TrialError::from)
    }

    /// The environment variables for the engine of `cell`.
    pub(crate) fn environment(&self, cell: &Cell) -> Result<Vec<(&'static str, OsString)>, TrialError> {
        match (self.plan.terms(cell), &self.plan.origin) {
            // Stock clients use OpenSSL's defaults; so does a client of a user's server, since nothing is pinned there.
            (Terms::Stock, _) | (_, OriginSpec::Theirs(_)) => Ok(self.environment.free()),
            _ => {
                let pinned = self.environment.pinned(&self.plan.pins_of(cell));
                pinned.map_err(|error| TrialError::Failed(error.to_string()))
            }
        }
    }

    /// Reads the ledger before a cell's first request, makes its job, and checks how its client verifies certificates.
    pub(crate) fn begin(
        &mut self,
        section: &Section,
        cell: &Cell,
        arm: Option<Arm>,
        round: u32,
    ) -> Result<(TrialStart, Job), TrialError> {
        let server = self.origin_of(cell)?;
        let ledger = server.begin()?;
        let targets = server.targets(cell, &section.workload)?;
        let trust_file = self.origins.trust_file(&cell.axes)?;
        let plan = &self.plan;
        let insecure = cell.is_tls() && plan.verification() == Some(&Verification::Off);
        let trust_file = plan.verification().and_then(Verification::ca_file).map_or(trust_file, Path::to_owned);
        let job = Job {
            protocol: VERSION,
            cell: cell.clone(),
            workload: section.workload.clone(),
            targets,
            trust_file: (cell.is_tls() && !insecure).then_some(trust_file),
            insecure,
            body_file: self.body_file.as_ref().map(BodyFile::path),
            groups: plan.groups(cell),
            workers: plan.run.workers,
            seed: plan.run.seed.wrapping_add(u64::from(round)),
        };
        // Who was told not to verify would be tempted by any impostor.
        let faults = if insecure { Vec::new() } else { self.examine(&job, arm)? };
        Ok((TrialStart { ledger, faults, insecure }, job))
    }

    /// What is wrong with how the job's client verifies certificates. The impostors support the usual handshake, so the
    /// cell uses that too.
    fn examine(&mut self, job: &Job, arm: Option<Arm>) -> Result<Vec<String>, TrialError> {
        let cell = Cell { connection: Connection::NewConn, ..job.cell.base() };
        let trust_file = self.origins.trust_file(&cell.axes)?;
        let environment = self.environment(&cell)?;
        let groups = self.plan.groups(&cell);
        let job = Job { trust_file: cell.is_tls().then_some(trust_file), cell, groups, ..job.clone() };
        self.certificate_check.faults(self.plan.engine(&job.cell, arm), &job, arm, &environment)
    }
}

/// A cell of the usual handshake.
fn usual_cell() -> Cell {
    Cell::new("any", "any", Cell::PLAIN, Connection::NewConn)
}
