//! What all trials of a run share: the origins, their certificates, and what engines are told beside the job.

use std::ffi::OsString;
use std::path::Path;

use measure::protocol::{Job, VERSION};
use measure::result::{Section, Terms};
use origin::{Authority, Group, Kind, Launch, Pins};
use tempfile::TempDir;
use workload::Cell;

use crate::Error;
use crate::engine::Fault;
use crate::examine::Examiner;
use crate::measured::Opened;
use crate::openssl_conf::{self, OPENSSL_CONF};
use crate::plan::{Plan, Supplier};
use crate::source::{Source, Supply};

/// Everything that is set up once for a run.
pub(crate) struct Stage {
    pub(crate) plan: Plan,
    /// The origin with everything pinned.
    pub(crate) source: Supply,
    /// The origin that lets a stock client do as it does.
    pub(crate) stock: Supply,
    pub(crate) examiner: Examiner,
    pub(crate) environment: Environment,
    /// Its files live as long as it.
    pub(crate) authority: Authority,
}

/// The variables that engines are given.
#[derive(Debug)]
pub struct Environment {
    variables: Vec<(&'static str, OsString)>,
    /// Holds the file that one of them names.
    _folder: TempDir,
}

impl Environment {
    /// For engines that are to offer `groups`, and executors that ask the environment for their threads.
    ///
    /// # Errors
    /// When the temporary file that OpenSSL reads cannot be written.
    pub fn write(groups: &[String], workers: usize) -> Result<Environment, Error> {
        let temporary = |path: &Path| {
            let path = path.to_owned();
            move |source| Error::Temporary { path, source }
        };
        let folder = tempfile::tempdir().map_err(temporary(&std::env::temp_dir()))?;
        let conf = openssl_conf::write(folder.path(), groups).map_err(temporary(folder.path()))?;
        let workers = OsString::from(workers.to_string());
        let variables = vec![
            (OPENSSL_CONF, conf.into_os_string()),
            ("SMOL_THREADS", workers.clone()),
            ("ASYNC_STD_THREAD_COUNT", workers),
        ];
        Ok(Environment { variables, _folder: folder })
    }

    /// All of them, for an engine that is pinned.
    pub fn pinned(&self) -> &[(&'static str, OsString)] {
        &self.variables
    }

    /// Those that leave OpenSSL as it comes.
    fn free(&self) -> Vec<(&'static str, OsString)> {
        self.variables.iter().filter(|(name, _)| *name != OPENSSL_CONF).cloned().collect()
    }

    /// What an engine of these terms is given.
    pub(crate) fn of(&self, terms: Terms, supplier: &Supplier) -> Vec<(&'static str, OsString)> {
        match (terms, supplier) {
            // As it comes from the box, OpenSSL too; and a server of the user's is asked for all that OpenSSL has.
            (Terms::Stock, _) | (_, Supplier::Theirs(_)) => self.free(),
            _ => self.variables.clone(),
        }
    }
}

impl Stage {
    /// Starts the origin of the plan, and fills in the plan what was learnt of it.
    pub(crate) fn open(mut plan: Plan) -> Result<Stage, Error> {
        let authority = Authority::create().map_err(origin::Error::from)?;
        let supply = |kind: &Kind, pins: Pins| {
            let mut launch = Launch::new(kind.clone(), authority.chain_file(), authority.key_file());
            launch.ports = plan.ports;
            launch.pins = pins;
            launch.cpus = Some(plan.run.pinning.origin.clone());
            Source::new(launch)
        };
        let (source, stock) = match &plan.origin {
            Supplier::Ours(kind) => {
                let mut source = supply(kind, plan.pins.clone());
                let version = source.running()?.ready().version.clone();
                let stock = supply(kind, stock_pins(kind));
                plan.run.origin.version = version;
                (Supply::Ours(Box::new(source)), Supply::Ours(Box::new(stock)))
            }
            Supplier::Theirs(target) => (Supply::Theirs(target.clone()), Supply::Theirs(target.clone())),
        };
        Ok(Stage {
            examiner: Examiner::new(&plan, &authority)?,
            environment: Environment::write(&plan.groups(), plan.run.workers)?,
            authority,
            source,
            stock,
            plan,
        })
    }

    /// The origin that a cell fetches from.
    pub(crate) fn source_of(&mut self, cell: &Cell) -> &mut Supply {
        if self.plan.terms(cell) == Terms::Stock { &mut self.stock } else { &mut self.source }
    }

    /// Reads the ledger before a cell's first request, writes its job, and examines how its client verifies.
    pub(crate) fn begin(&mut self, section: &Section, cell: &Cell, round: u32) -> Result<(Opened, Job), Fault> {
        let source = self.source_of(cell);
        let start = source.begin().map_err(origin_failed)?;
        let targets = source.targets(cell, &section.workload.path).map_err(origin_failed)?;
        let plan = &self.plan;
        let job = Job {
            protocol: VERSION,
            cell: cell.clone(),
            workload: section.workload.clone(),
            targets,
            trust_file: cell.is_tls().then(|| self.authority.trust_file()),
            groups: plan.groups(),
            workers: plan.run.workers,
            seed: plan.run.seed.wrapping_add(u64::from(round)),
        };
        let environment = self.environment.of(plan.terms(cell), &plan.origin);
        let faults = self.examiner.faults(plan, &job, &environment)?;
        Ok((Opened { start, faults }, job))
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
    let groups = vec![Group::X25519MlKem768, Group::X25519, Group::Secp256r1];
    Pins { groups, alpn, tickets: true, ..Pins::default() }
}

/// An origin that failed makes a trial invalid.
pub(crate) fn origin_failed(error: origin::Error) -> Fault {
    Fault::Failed(error.to_string())
}
