//! One trial: an engine's process from job to done, its costs and the origin's, and the verdict.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Instant;

use ledger::Side;
use measure::clock::now_ns;
use measure::kernel::Counters;
use measure::process::{self, Cost, Reading, peak_memory_bytes, reset_peak_memory};
use measure::protocol::{Answer, Finished, Job, Order, Ready, Seen, Target, VERSION};
use measure::recorder::fold_rows;
use measure::result::{Section, Terms, Trial, Verdict};
use workload::Cell;

use crate::command::{self, CommandLine};
use crate::deadline;
use crate::engine::{Engine, Fault};
use crate::examine::Examiner;
use crate::openssl_conf::OPENSSL_CONF;
use crate::plan::{Outside, Plan, Supplier};
use crate::saturation::{self, Load};
use crate::source::{Supply, sides};
use crate::verify::{Evidence, broken_answers, broken_rules};

/// The run is to end now.
#[derive(Debug)]
pub(crate) struct Interrupted;

/// What all trials of a run share.
pub(crate) struct Stage<'a> {
    pub(crate) plan: &'a Plan,
    /// The origin with everything pinned.
    pub(crate) source: Supply,
    /// The origin that lets a stock client do as it does.
    pub(crate) stock: Supply,
    pub(crate) examiner: Examiner,
    pub(crate) environment: Vec<(&'static str, OsString)>,
    pub(crate) trust_file: PathBuf,
}

/// What was learnt of a trial before it ended, however it ended.
#[derive(Default)]
struct Learnt {
    ready: Option<Ready>,
    finished: Option<Finished>,
    seen: Seen,
    client: Cost,
    origin: Cost,
    peak_memory_bytes: u64,
    measured: Option<Side>,
    warm_up: Option<Side>,
    before: Counters,
    after: Counters,
    threads: Option<u64>,
    verifies: Option<bool>,
    /// Whether there is no ledger to hold the answers against.
    unproven: bool,
    broken: Vec<String>,
}

impl Stage<'_> {
    /// Runs one trial. `Err` only when the run is to end now; a trial that fails is an invalid [`Trial`].
    pub(crate) fn trial(&mut self, section: &Section, cell: &Cell, round: u32) -> Result<Trial, Interrupted> {
        let mut learnt = Learnt::default();
        let measured = match self.plan.outside(cell) {
            Some(Outside::Command(command)) => self.command(section, cell, round, command, &mut learnt),
            Some(Outside::Protocol(_)) | None => self.measure(section, cell, round, &mut learnt),
        };
        match measured {
            Ok(()) => {}
            Err(Fault::Interrupted) => return Err(Interrupted),
            Err(Fault::Failed(reason)) => learnt.broken.push(reason),
        }
        Ok(self.record(section, cell, round, learnt))
    }

    fn measure(&mut self, section: &Section, cell: &Cell, round: u32, learnt: &mut Learnt) -> Result<(), Fault> {
        let (plan, terms) = (self.plan, self.plan.terms(cell));
        let environment: Vec<_> = match terms {
            // As it comes from the box, OpenSSL too; and a server of the user's is asked for all that OpenSSL has.
            Terms::Stock => without_openssl_conf(&self.environment),
            _ if matches!(plan.origin, Supplier::Theirs(_)) => without_openssl_conf(&self.environment),
            _ => self.environment.clone(),
        };
        let source = if terms == Terms::Stock { &mut self.stock } else { &mut self.source };
        let start = source.begin().map_err(origin_failed)?;
        let targets = source.targets(cell, &section.workload.path).map_err(origin_failed)?;
        let job = job(plan, &self.trust_file, section, cell, round, targets);
        learnt.broken = self.examiner.faults(plan, &job, &environment)?;
        learnt.verifies = cell.is_tls().then_some(learnt.broken.is_empty());

        let until = until(plan, section, cell);
        let interrupt = &plan.interrupt;
        let mut engine = Engine::start(plan.engine(cell), &environment, &plan.run.pinning.client, until)?;
        engine.say(&Order::Job(Box::new(job)))?;
        learnt.ready = Some(ready(engine.hear("ready", interrupt)?)?);

        let origin_pid = source.pid().map_err(origin_failed)?;
        let warm = source.read(true).map_err(origin_failed)?;
        learnt.before = Counters::read();
        let costly = |error: measure::process::ProcessError| Fault::Failed(error.to_string());
        reset_peak_memory(engine.pid()).map_err(costly)?;
        let origin_before = origin_pid.map(Reading::of).transpose().map_err(costly)?;
        let client_before = Reading::of(engine.pid()).map_err(costly)?;
        let said = now_ns();
        engine.say(&Order::Go)?;
        let finished = finished(engine.hear("finished", interrupt)?)?;
        let heard = now_ns();
        let client_after = Reading::of(engine.pid()).map_err(costly)?;
        learnt.peak_memory_bytes = peak_memory_bytes(engine.pid()).map_err(costly)?;
        learnt.finished = Some(finished);
        learnt.broken.extend(clock_fault(said, &finished, heard));
        learnt.broken.extend(unseen_processes(engine.pid()));
        learnt.client = client_after.since(&client_before);
        learnt.after = Counters::read();

        // The origin may still be at work on what the last answers left behind: that is its cost too, but none of the
        // trial's time. Its ledger is read before its CPU clock, so that what is counted has been paid for.
        let end = source.read(false).map_err(origin_failed)?;
        let origin_after = origin_pid.map(Reading::of).transpose().map_err(costly)?;
        learnt.origin = cost_between(origin_before, origin_after);

        engine.say(&Order::Report)?;
        let seen = fold_rows(seen(engine.hear("done", interrupt)?)?);
        learnt.seen = seen.map_err(|error| Fault::Failed(error.to_string()))?;
        learnt.threads = engine.threads();

        let (Some(start), Some(warm), Some(end)) = (start, warm, end) else {
            learnt.broken.extend(broken_answers(&section.workload, &learnt.seen));
            learnt.unproven = true;
            return Ok(());
        };
        let (start, other_start) = sides(cell, &start);
        let (warm, _) = sides(cell, &warm);
        let (end, other_end) = sides(cell, &end);
        let (measured, warm_up) = (end.since(warm), warm.since(start));
        learnt.broken.extend(broken_rules(&Evidence {
            cell,
            workload: &section.workload,
            seen: &learnt.seen,
            measured: &measured,
            warm_up: &warm_up,
            other: &other_end.since(other_start),
            pinned: &plan.run.handshake,
            terms,
        }));
        learnt.measured = Some(measured);
        learnt.warm_up = Some(warm_up);
        Ok(())
    }

    /// A trial of a program that knows nothing of it.
    fn command(
        &mut self,
        section: &Section,
        cell: &Cell,
        round: u32,
        command: &CommandLine,
        learnt: &mut Learnt,
    ) -> Result<(), Fault> {
        let (plan, workload, trust_file) = (self.plan, &section.workload, &self.trust_file);
        learnt.verifies = self.examiner.verifies(plan, cell, command, workload, trust_file)?;
        let start = self.source.begin().map_err(origin_failed)?;
        let mut targets = self.source.targets(cell, &workload.path).map_err(origin_failed)?;
        // A port per round: a program that opens a connection per request leaves them all in TIME_WAIT at one.
        let target = targets.swap_remove(round as usize % targets.len());
        let origin_pid = self.source.pid().map_err(origin_failed)?;
        let costly = |error: measure::process::ProcessError| Fault::Failed(error.to_string());
        learnt.before = Counters::read();
        let origin_before = origin_pid.map(Reading::of).transpose().map_err(costly)?;
        let ended = command::run(plan, command, &target.url, workload, trust_file, until(plan, section, cell))?;
        learnt.after = Counters::read();
        let end = self.source.read(false).map_err(origin_failed)?;
        let origin_after = origin_pid.map(Reading::of).transpose().map_err(costly)?;
        learnt.origin = cost_between(origin_before, origin_after);
        learnt.finished = Some(Finished { started_ns: 0, ended_ns: ended.wall_ns, recorder_bytes: 0 });
        learnt.client = ended.cost;
        learnt.peak_memory_bytes = ended.peak_memory_bytes;
        learnt.broken.extend(ended.complaint);
        let (Some(start), Some(end)) = (start, end) else {
            return Err(Fault::Failed(
                "only an origin's ledger can tell what a program did: leave --origin out".to_owned(),
            ));
        };
        let measured = sides(cell, &end).0.since(sides(cell, &start).0);
        learnt.seen.right = measured.requests;
        let due = command.requests(workload);
        if measured.requests < due {
            learnt.broken.push(format!("the origin served {} requests, {due} were due", measured.requests));
        }
        learnt.ready = Some(Ready { engine: command.name().to_owned(), ..Ready::default() });
        learnt.measured = Some(measured);
        Ok(())
    }

    fn record(&self, section: &Section, cell: &Cell, round: u32, learnt: Learnt) -> Trial {
        let wall_ns = learnt.finished.map_or(0, |finished| finished.ended_ns.saturating_sub(finished.started_ns));
        let flags = saturation::flags(&Load {
            workload: &section.workload,
            pinning: &self.plan.run.pinning,
            ports: self.plan.ports,
            wall_ns,
            client: learnt.client,
            origin: learnt.origin,
            before: learnt.before,
            after: learnt.after,
            client_in_flight: learnt.seen.most_in_flight,
            ledger: learnt.measured.as_ref(),
        });
        Trial {
            section: section.name.clone(),
            cell: cell.clone(),
            round,
            verdict: match (learnt.broken.is_empty(), learnt.unproven) {
                (true, false) => Verdict::Valid,
                (true, true) => Verdict::Unproven,
                (false, _) => Verdict::Invalid(learnt.broken),
            },
            engine: learnt.ready,
            wall_ns,
            right: learnt.seen.right,
            errors: learnt.seen.errors,
            client: learnt.client,
            origin: learnt.origin,
            peak_memory_bytes: learnt.peak_memory_bytes,
            recorder_bytes: learnt.finished.map_or(0, |finished| finished.recorder_bytes),
            ledger: learnt.measured,
            warm_up: learnt.warm_up,
            flags,
            steal_ns: learnt.after.steal_ns.saturating_sub(learnt.before.steal_ns),
            time_wait: learnt.before.time_wait,
            histograms: learnt.seen.histograms,
            sample: learnt.seen.sample,
            terms: self.plan.terms(cell),
            client_in_flight: learnt.seen.most_in_flight,
            event_loop: learnt.seen.event_loop,
            threads: learnt.threads,
            verifies: learnt.verifies,
        }
    }
}

/// What is wrong with an engine's stamps, held against the harness' own. Between them lie a few wake-ups; half a second
/// and a tenth of the trial allow for a busy machine, and for no other clock or unit.
fn clock_fault(said: u64, finished: &Finished, heard: u64) -> Option<String> {
    let Finished { started_ns, ended_ns, .. } = *finished;
    let between = heard.saturating_sub(said);
    let untold = between.saturating_sub(ended_ns.saturating_sub(started_ns));
    let agrees = said <= started_ns && ended_ns <= heard && untold <= 500_000_000 + between / 10;
    (!agrees).then(|| {
        format!(
            "its clock is not the harness': it tells of {} ms, {} ms passed between \"go\" and \"finished\"",
            ended_ns.saturating_sub(started_ns) / 1_000_000,
            between / 1_000_000
        )
    })
}

/// An engine that works in processes of its own: only its own cost is read.
fn unseen_processes(pid: u32) -> Option<String> {
    let count = process::children(pid);
    (count > 0).then(|| {
        format!("it has started {count} processes, whose cost is not seen: give the program itself, not a wrapper")
    })
}

fn until(plan: &Plan, section: &Section, cell: &Cell) -> Instant {
    deadline::after(plan.deadline.unwrap_or_else(|| deadline::of(&section.workload, cell.connection)))
}

fn job(plan: &Plan, trust_file: &Path, section: &Section, cell: &Cell, round: u32, targets: Vec<Target>) -> Job {
    Job {
        protocol: VERSION,
        cell: cell.clone(),
        workload: section.workload.clone(),
        targets,
        trust_file: cell.is_tls().then(|| trust_file.to_owned()),
        groups: plan.groups(),
        workers: plan.run.workers,
        seed: plan.run.seed.wrapping_add(u64::from(round)),
    }
}

fn without_openssl_conf(environment: &[(&'static str, OsString)]) -> Vec<(&'static str, OsString)> {
    environment.iter().filter(|(name, _)| *name != OPENSSL_CONF).cloned().collect()
}

fn cost_between(before: Option<Reading>, after: Option<Reading>) -> Cost {
    before.zip(after).map(|(before, after)| after.since(&before)).unwrap_or_default()
}

fn origin_failed(error: origin::Error) -> Fault {
    Fault::Failed(error.to_string())
}

fn ready(answer: Answer) -> Result<Ready, Fault> {
    match answer {
        Answer::Ready(ready) if ready.version.trim().is_empty() => {
            Err(Fault::Failed(format!("the engine {:?} does not say its version", ready.engine)))
        }
        Answer::Ready(ready) => Ok(*ready),
        other => Err(unexpected("ready", &other)),
    }
}

fn finished(answer: Answer) -> Result<Finished, Fault> {
    match answer {
        Answer::Finished(finished) if finished.ended_ns > finished.started_ns => Ok(finished),
        Answer::Finished(_) => Err(Fault::Failed("the engine says that it ended before it began".to_owned())),
        other => Err(unexpected("finished", &other)),
    }
}

fn seen(answer: Answer) -> Result<Seen, Fault> {
    match answer {
        Answer::Done(seen) => Ok(*seen),
        other => Err(unexpected("done", &other)),
    }
}

fn unexpected(due: &str, answer: &Answer) -> Fault {
    let said = match answer {
        Answer::Ready(_) => "ready",
        Answer::Finished(_) => "finished",
        Answer::Done(_) => "done",
        Answer::Failed(_) => "failed",
    };
    Fault::Failed(format!("the engine was to say {due:?} and said {said:?}"))
}
