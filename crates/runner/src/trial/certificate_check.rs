//! Checks whether an engine verifies certificates: connects it to servers that it must not trust.
//!
//! A ledger cannot distinguish a verified handshake from one that accepted any certificate, and not verifying saves a
//! good part of the cost. So each pair of client and TLS stack is checked once per run, before its first trial.

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

/// The longest time for a check.
const WITHIN: Duration = Duration::from_secs(30);

/// How long the impostor may take to count the handshakes of a client that has ended.
const COUNTED_WITHIN: Duration = Duration::from_millis(500);

/// The servers that no client may trust, and what is wrong with them.
const IMPOSTORS: [(Leaf, &str); 2] =
    [(Leaf::Untrusted, "signed by no root that it trusts"), (Leaf::WrongName, "issued for another name")];

/// Part of the message of a check without a result.
const NOTHING_SHOWS: &str = "nothing shows that it verifies";

/// Checks engines, and remembers the results.
pub(crate) struct CertificateCheck {
    impostors: Vec<(OriginProcess, &'static str)>,
    /// The trust store with which a client would trust the impostors, if their certificates were right.
    trust_file: PathBuf,
    found: HashMap<(String, String, Option<Arm>), Vec<String>>,
    /// Whether programs verify, by the clients of their cells.
    verifies: HashMap<String, bool>,
    bounds: Bounds,
}

impl CertificateCheck {
    /// Makes the impostors' certificates, issued by the `authority` that cells with default axes trust; their servers
    /// start with the first check.
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

    /// What is wrong with how the client of the job's cell verifies, one sentence each; `engine` runs it. The result is
    /// remembered.
    pub(crate) fn faults(
        &mut self,
        engine: &EngineCommand,
        job: &Job,
        arm: Option<Arm>,
        environment: &[(&str, OsString)],
    ) -> Result<Vec<String>, TrialError> {
        let key = (job.cell.client.clone(), job.cell.tls.clone(), arm);
        // A floor opens no connection, and its handshakes fail if a certificate is wrong.
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
        // A check without a result may succeed another time.
        if !faults.iter().any(|fault| fault.contains(NOTHING_SHOWS)) {
            self.found.insert(key, faults.clone());
        }
        Ok(faults)
    }

    /// Whether a program verifies: it sent no request to any impostor. `None` without TLS, and if it aborted no
    /// handshake either. The result is displayed, and forbids nothing. Whichever certificates the cell has, the program
    /// is given the impostors' authority to trust: with another it would refuse even the leaf that only has the wrong
    /// name.
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
                // Most programs fail here, as they should; the impostor's ledger decides.
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

/// The limits of clients during a check.
struct Bounds {
    /// The CPUs of clients.
    cpus: Vec<usize>,
    /// Becomes true when the run must end now.
    interrupt: Arc<AtomicBool>,
}

impl Bounds {
    /// What is wrong, if anything, with how the engine treats one impostor, whose certificate has that `fault`.
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
        // Some libraries check the name only after the handshake: a client that then sends nothing has refused as well.
        Ok(match (after.requests, after.handshakes.failed + after.handshakes.full) {
            (0, 0) => {
                Some(format!("it aborted no handshake with a server whose certificate is {fault}: {NOTHING_SHOWS}"))
            }
            (0, _) => None,
            _ => Some(format!("it sent a request to a server whose certificate is {fault}: it does not verify")),
        })
    }

    /// Makes the engine do the job. It should report a failure, but the impostor's ledger decides.
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

/// The impostor's counts since `before`: it counts an aborted handshake a moment after the client has aborted it.
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
