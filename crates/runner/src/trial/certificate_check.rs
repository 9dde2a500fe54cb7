//! Whether an engine verifies certificates: it is sent to servers that it must not trust.
//!
//! A ledger cannot tell a verified handshake from one that was waved through, and not verifying saves a good part of
//! the cost. So each client × TLS stack is examined once per run, before its first trial.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use ledger::Side;
use measure::protocol::{EngineRequest, Job};
use measure::result::Arm;
use origin::{Authority, Kind, Launch, Leaf};
use workload::{Cell, Concurrency, Hosts, Requests, Workload};

use crate::origins::origin_process::OriginProcess;
use crate::plan::Plan;
use crate::plan::command_line::CommandLine;
use crate::plan::engine_command::EngineCommand;
use crate::trial::engine::Engine;
use crate::trial::error::TrialError;
use crate::trial::program;

/// How long an examination may take.
const WITHIN: Duration = Duration::from_secs(30);

/// How long the impostor may take to count what a client that has ended left behind.
const COUNTED_WITHIN: Duration = Duration::from_millis(500);

/// The servers that no client may trust, and what is wrong with them.
const IMPOSTORS: [(Leaf, &str); 2] =
    [(Leaf::Untrusted, "signed by no root that it trusts"), (Leaf::WrongName, "issued for another name")];

/// The words of an examination that came to nothing.
const NOTHING_SHOWS: &str = "nothing shows that it verifies";

/// Examines engines, and remembers what came of it.
pub(crate) struct CertificateCheck {
    impostors: Vec<(OriginProcess, &'static str)>,
    /// What a client trusts that would trust the impostors, were it not for what is wrong with them.
    trust_file: PathBuf,
    found: HashMap<(String, String, Option<Arm>), Vec<String>>,
    /// Whether programs verify, by the clients of their cells.
    verifies: HashMap<String, bool>,
    bounds: Bounds,
}

impl CertificateCheck {
    /// Makes the impostors' certificates, by the `authority` that cells at the default of every axis trust; their
    /// servers start when the first engine is examined.
    pub(crate) fn new(plan: &Plan, authority: &Authority) -> Result<CertificateCheck, origin::Error> {
        let impostor = |(leaf, fault)| {
            let issued = authority.issue(leaf)?;
            let kind = Kind::Embedded(plan.embedded.clone());
            let mut launch = Launch::new(kind, issued.chain_file, issued.key_file);
            launch.ports = 1;
            launch.pins = plan.pins.clone();
            launch.cpus = Some(plan.run.pinning.origin.clone());
            Ok((OriginProcess::new(launch), fault))
        };
        let impostors = IMPOSTORS.into_iter().map(impostor).collect::<Result<_, origin::Error>>()?;
        let trust_file = authority.trust_file();
        Ok(CertificateCheck {
            impostors,
            trust_file,
            found: HashMap::new(),
            verifies: HashMap::new(),
            bounds: Bounds { cpus: plan.run.pinning.client.clone(), interrupt: Arc::clone(&plan.interrupt) },
        })
    }

    /// What is wrong with how the client of the job's cell verifies, one sentence each; `engine` runs it. Asked anew,
    /// it is not examined anew.
    pub(crate) fn faults(
        &mut self,
        engine: &EngineCommand,
        job: &Job,
        arm: Option<Arm>,
        environment: &[(&str, OsString)],
    ) -> Result<Vec<String>, TrialError> {
        let key = (job.cell.client.clone(), job.cell.tls.clone(), arm);
        // A floor connects to nobody, and its handshakes fail where a certificate is not right.
        if !job.cell.is_tls() || workload::floor::is_floor(&job.cell) {
            return Ok(Vec::new());
        }
        if let Some(known) = self.found.get(&key) {
            return Ok(known.clone());
        }
        let mut faults = Vec::new();
        for (impostor, fault) in &mut self.impostors {
            faults.extend(self.bounds.examine(engine, job, environment, impostor, fault)?);
        }
        // What could not be seen may be seen another time.
        if !faults.iter().any(|fault| fault.contains(NOTHING_SHOWS)) {
            self.found.insert(key, faults.clone());
        }
        Ok(faults)
    }

    /// Whether a program verifies: it sent no impostor a request. `None` without TLS, and where it broke off no
    /// handshake either. It is shown, and forbids nothing. Whatever the cell's certificates are, the program is given
    /// the authority of the impostors' to trust: with another it would refuse also a leaf that only has the wrong name.
    pub(crate) fn verifies(
        &mut self,
        cell: &Cell,
        command: &CommandLine,
        workload: &Workload,
    ) -> Result<Option<bool>, TrialError> {
        if !cell.is_tls() {
            return Ok(None);
        }
        if let Some(known) = self.verifies.get(&cell.client) {
            return Ok(Some(*known));
        }
        let mut verifies = true;
        for (impostor, _) in &mut self.impostors {
            let before = impostor.begin().map_err(unexamined)?;
            let target = impostor.targets(cell, workload).map_err(unexamined)?.swap_remove(0);
            let one = one_request(workload);
            match program::run(
                &self.bounds.cpus,
                &self.bounds.interrupt,
                command,
                &target.url,
                &one,
                &self.trust_file,
                Instant::now() + WITHIN,
            ) {
                Err(TrialError::Interrupted) => return Err(TrialError::Interrupted),
                // Most programs fail here, as they should; what counts is what the impostor saw.
                Ok(_) | Err(TrialError::Failed(_)) => {}
            }
            let seen = counted(impostor, &before.https)?;
            if seen.requests == 0 && seen.handshakes.failed == 0 {
                return Ok(None);
            }
            verifies &= seen.requests == 0;
        }
        self.verifies.insert(cell.client.clone(), verifies);
        Ok(Some(verifies))
    }
}

fn unexamined(error: origin::Error) -> TrialError {
    TrialError::Failed(format!("examining how it verifies: {error}"))
}

fn one_request(workload: &Workload) -> Workload {
    Workload {
        amount: Requests::MIN.into(),
        concurrency: Concurrency::MIN,
        rate: None,
        hosts: Hosts::MIN,
        ..workload.clone()
    }
}

/// Where clients run while they are examined, and what ends that.
struct Bounds {
    /// The CPUs of clients.
    cpus: Vec<usize>,
    /// Becomes true when the run is to end now.
    interrupt: Arc<AtomicBool>,
}

impl Bounds {
    /// What is wrong, if anything, with how the engine meets one impostor, which has that `fault`.
    fn examine(
        &self,
        engine: &EngineCommand,
        job: &Job,
        environment: &[(&str, OsString)],
        impostor: &mut OriginProcess,
        fault: &str,
    ) -> Result<Option<String>, TrialError> {
        let before = impostor.begin().map_err(unexamined)?;
        let one = one_request(&job.workload);
        let targets = impostor.targets(&job.cell, &one).map_err(unexamined)?;
        let job = Job { workload: one, targets, ..job.clone() };
        self.tempt(engine, job, environment)?;
        let after = counted(impostor, &before.https)?;
        // Some libraries look at the name only when the handshake is over: who then sends nothing has refused as well.
        Ok(match (after.requests, after.handshakes.failed + after.handshakes.full) {
            (0, 0) => {
                Some(format!("it broke off no handshake with a server whose certificate is {fault}: {NOTHING_SHOWS}"))
            }
            (0, _) => None,
            _ => Some(format!("it sent a request to a server whose certificate is {fault}: it does not verify")),
        })
    }

    /// Has the engine do the job. That it says it failed is what is hoped for; what counts is what the impostor saw.
    fn tempt(&self, engine: &EngineCommand, job: Job, environment: &[(&str, OsString)]) -> Result<(), TrialError> {
        let converse = || -> Result<(), TrialError> {
            let deadline = Instant::now() + WITHIN;
            let mut engine = Engine::start(engine, environment, &self.cpus, deadline)?;
            engine.say(&EngineRequest::Job(Box::new(job)))?;
            engine.hear("ready", &self.interrupt)?;
            engine.say(&EngineRequest::Go)?;
            engine.hear("finished", &self.interrupt)?;
            Ok(())
        };
        match converse() {
            Err(TrialError::Interrupted) => Err(TrialError::Interrupted),
            Ok(()) | Err(TrialError::Failed(_)) => Ok(()),
        }
    }
}

/// What the impostor saw since `before`: a handshake that a client breaks off is counted a moment after it has.
fn counted(impostor: &mut OriginProcess, before: &Side) -> Result<Side, TrialError> {
    let until = Instant::now() + COUNTED_WITHIN;
    loop {
        let seen = impostor.read(false).map_err(unexamined)?.https.since(before);
        if seen.requests > 0 || seen.handshakes.failed > 0 || Instant::now() >= until {
            return Ok(seen);
        }
        thread::sleep(Duration::from_millis(5));
    }
}
