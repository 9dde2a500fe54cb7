//! A whole run: sections, rounds, trials, one line each.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;

use measure::result::{ResultWriter, RunInfo, Section, Trial, WriteError};
use origin::{Authority, Group, Kind, Launch, Pins};

use crate::examine::Examiner;
use crate::openssl_conf::{self, OPENSSL_CONF};
use crate::plan::{Plan, Supplier};
use crate::source::{Source, Supply};
use crate::trial::{Interrupted, Stage};

/// Told of a run's progress.
pub trait Observer {
    /// The origin listens: its name and version.
    fn origin(&mut self, name: &str, version: &str);
    /// A trial is about to run.
    fn begins(&mut self, section: &Section, cell: &workload::Cell, round: u32);
    /// A trial has been run and is on disk.
    fn ended(&mut self, section: &Section, trial: &Trial);
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Trials that count.
    pub valid: usize,
    /// Trials that do not.
    pub invalid: usize,
    /// Whether it was interrupted before its last trial.
    pub interrupted: bool,
}

/// Why a run could not begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The origin or its certificates.
    #[error(transparent)]
    Origin(#[from] origin::Error),
    /// The result folder.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A file of the run's own could not be written.
    #[error("writing a temporary file in {}: {source}; set TMPDIR to a folder with room", .path.display())]
    Temporary {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Runs the plan. Each trial is on disk before the next begins. `describe` is called with what was learnt of the origin,
/// and makes the result folder: nothing is measured before it is there.
pub fn run(
    plan: &mut Plan,
    make_writer: impl FnOnce(&RunInfo) -> Result<ResultWriter, WriteError>,
    observer: &mut impl Observer,
) -> Result<Outcome, Error> {
    let authority = Authority::create()?;
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
            let ready = source.running()?.ready();
            plan.run.origin.version.clone_from(&ready.version);
            observer.origin(&ready.name, &ready.version);
            (Supply::Ours(Box::new(source)), Supply::Ours(Box::new(supply(kind, stock_pins(kind)))))
        }
        Supplier::Theirs(target) => {
            observer.origin(&target.url, &target.addr.to_string());
            (Supply::Theirs(target.clone()), Supply::Theirs(target.clone()))
        }
    };
    let mut writer = make_writer(&plan.run)?;

    let settings = tempfile::tempdir().map_err(temporary(&std::env::temp_dir()))?;
    let conf = openssl_conf::write(settings.path(), &plan.groups()).map_err(temporary(settings.path()))?;
    let stage = Stage {
        examiner: Examiner::new(plan, &authority)?,
        trust_file: authority.trust_file(),
        environment: environment(plan.run.workers, conf),
        source,
        stock,
        plan,
    };
    let outcome = rounds(stage, &mut writer, observer)?;
    plan.run.ended = Some(jiff::Timestamp::now().to_string());
    plan.run.interrupted = outcome.interrupted;
    writer.describe(&plan.run)?;
    Ok(outcome)
}

fn rounds(mut stage: Stage<'_>, writer: &mut ResultWriter, observer: &mut impl Observer) -> Result<Outcome, Error> {
    let run = &stage.plan.run;
    let mut outcome = Outcome { valid: 0, invalid: 0, interrupted: false };
    for section in &run.sections {
        for round in 1..=section.rounds {
            for cell in crate::order::shuffled(&section.cells, run.seed, &section.name, round) {
                observer.begins(section, &cell, round);
                let trial = match stage.trial(section, &cell, round) {
                    Ok(trial) if !stage.plan.interrupt.load(Relaxed) => trial,
                    Ok(_) | Err(Interrupted) => return Ok(Outcome { interrupted: true, ..outcome }),
                };
                writer.append(&trial)?;
                if trial.counts() {
                    outcome.valid += 1
                } else {
                    outcome.invalid += 1
                }
                observer.ended(section, &trial);
            }
        }
    }
    Ok(outcome)
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

/// What engines are told beside the job: the groups of OpenSSL, and the threads of executors that ask the environment.
fn environment(workers: usize, openssl_conf: PathBuf) -> Vec<(&'static str, OsString)> {
    let workers = OsString::from(workers.to_string());
    vec![
        (OPENSSL_CONF, openssl_conf.into_os_string()),
        ("SMOL_THREADS", workers.clone()),
        ("ASYNC_STD_THREAD_COUNT", workers),
    ]
}

fn temporary(path: &std::path::Path) -> impl Fn(io::Error) -> Error {
    move |source| Error::Temporary { path: path.to_owned(), source }
}
