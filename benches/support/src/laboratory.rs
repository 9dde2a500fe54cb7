//! The process that measures: it starts the origin with the first cell that is not filtered out, runs batches, and
//! keeps the latest of each cell for the result folder.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use measure::result::{Pinning, ResultWriter, Section, Trial, TrialOrder, Validity};
use origin::Choice;
use runner::{Choices, OriginSpec, Pins, Plan, Resident, Session};
use workload::Cell;

use crate::failure::Failure;
use crate::matrix::ROUNDS;
use crate::{matrix, role};

/// The interval at which the number of sockets in TIME_WAIT is checked.
const GLANCE: Duration = Duration::from_millis(500);

/// Runs the batches of all cells.
pub struct Laboratory {
    dir: PathBuf,
    pinning: Pinning,
    opened: Option<(Session, ResultWriter)>,
}

/// A cell that is benchmarked: prepared when Criterion first needs it, so that a filtered cell costs nothing.
pub struct Bench<'a> {
    laboratory: &'a mut Laboratory,
    section: &'a Section,
    cell: &'a Cell,
    resident: Option<Resident>,
    kept: VecDeque<Trial>,
}

impl Laboratory {
    /// A laboratory whose result folder, which does not exist yet, is `dir`. Binds the calling thread to the client's
    /// CPUs.
    pub fn new(dir: &Path, pinning: Pinning) -> Laboratory {
        Laboratory { dir: dir.to_owned(), pinning, opened: None }
    }

    /// A cell, to be benchmarked.
    pub fn bench<'a>(&'a mut self, section: &'a Section, cell: &'a Cell) -> Bench<'a> {
        Bench { laboratory: self, section, cell, resident: None, kept: VecDeque::new() }
    }

    /// The session and the writer, which are opened with the first cell.
    fn opened(&mut self) -> Result<&mut (Session, ResultWriter), Failure> {
        if self.opened.is_none() {
            self.opened = Some(open(&self.dir, self.pinning.clone())?);
        }
        let source = std::io::Error::other("it is not open");
        self.opened.as_mut().ok_or_else(|| Failure::Io { doing: "opening", path: self.dir.clone(), source })
    }
}

fn open(dir: &Path, pinning: Pinning) -> Result<(Session, ResultWriter), Failure> {
    measure::process::raise_open_files()?;
    let (sections, left_out) = matrix::sections();
    let program = role::program()?;
    // An interrupted build is ended with all its processes; the benchmarks themselves end like any program.
    let (kind, why) = {
        let noted = processes::note().map_err(|source| Failure::Io {
            doing: "listening for Ctrl-C",
            path: dir.to_owned(),
            source,
        })?;
        origin::choose(Choice::Auto, program.clone(), &mut |line| terminal::say(line), noted.met())?
    };
    let session = Session::open(Plan::of(Choices {
        arms: Vec::new(),
        sections,
        left_out,
        scenario: None,
        order: TrialOrder::Blocks,
        origin: OriginSpec::Ours(kind),
        why,
        pins: Pins::default(),
        pinning,
        workers: None,
        seed: None,
        command: command(),
        program,
        external_engines: BTreeMap::new(),
        interrupt: Arc::new(AtomicBool::new(false)),
    }))?;
    let origin = &session.run().origin;
    terminal::say(format_args!("origin: {} {}", origin.name, origin.version));
    let writer = ResultWriter::create(dir, session.run())?;
    Ok((session, writer))
}

/// The command line as the user typed it, without the flag that cargo adds.
fn command() -> Vec<String> {
    let typed = std::env::args().skip(1).filter(|argument| argument != "--bench");
    ["cargo", "bench", "--bench", "fetch", "--"].map(str::to_owned).into_iter().chain(typed).collect()
}

impl Bench<'_> {
    /// Prepares the cell, if it is not prepared yet. Call this before Criterion's clocks run.
    ///
    /// # Errors
    ///
    /// When it cannot be prepared.
    pub fn prepare(&mut self) -> Result<(), Failure> {
        if self.resident.is_none() {
            let (session, _) = self.laboratory.opened()?;
            settle(session);
            self.resident = Some(session.prepare(self.section, self.cell)?);
        }
        Ok(())
    }

    /// Makes all requests of one batch.
    ///
    /// # Errors
    /// When the cell cannot be prepared, and when the batch did not do the work.
    pub fn batch(&mut self) -> Result<Trial, Failure> {
        self.prepare()?;
        let (session, writer) = self.laboratory.opened()?;
        let Some(resident) = &mut self.resident else {
            let reasons = "it was never prepared".to_owned();
            return Err(Failure::Invalid { cell: self.cell.clone(), reasons });
        };
        let trial = session.batch(resident);
        if let Validity::Invalid(reasons) = &trial.verdict {
            let failure = Failure::Invalid { cell: self.cell.clone(), reasons: reasons.join("; ") };
            let valid = (1..).zip(self.kept.drain(..)).map(|(round, trial)| Trial { round, ..trial });
            valid.chain([Trial { round: ROUNDS + 1, ..trial }]).try_for_each(|trial| writer.append(&trial))?;
            return Err(failure);
        }
        if self.kept.len() >= ROUNDS as usize {
            self.kept.pop_front();
        }
        self.kept.push_back(trial.clone());
        Ok(trial)
    }

    /// Writes the latest batches as the rounds of this cell.
    ///
    /// # Errors
    /// When the result folder refuses.
    pub fn end(self) -> Result<(), Failure> {
        if self.kept.is_empty() {
            return Ok(());
        }
        let (_, writer) = self.laboratory.opened()?;
        let numbered = (1..).zip(self.kept).map(|(round, trial)| Trial { round, ..trial });
        for trial in numbered {
            writer.append(&trial)?;
        }
        Ok(())
    }
}

/// Waits until the sockets that earlier cells left in TIME_WAIT are few enough not to slow the next one down.
fn settle(session: &Session) {
    if let Some(waiting) = session.crowd() {
        terminal::say(format_args!("{waiting} sockets are in TIME_WAIT: waiting until connecting is fast again"));
        while session.crowd().is_some() {
            thread::sleep(GLANCE);
        }
    }
}
