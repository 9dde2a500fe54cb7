//! One trial: an engine's process from job to done, its costs and the origin's, and the verdict.

use std::ffi::OsString;
use std::time::Instant;

use ledger::Side;
use measure::kernel::Counters;
use measure::process::{Cost, Reading, peak_memory_bytes, reset_peak_memory};
use measure::protocol::{Answer, Finished, Job, Order, Ready, Seen, VERSION};
use measure::result::{Flag, Section, Trial, Verdict};
use workload::Cell;

use crate::engine::{Engine, Fault};
use crate::examine::Examiner;
use crate::plan::Plan;
use crate::source::{Source, sides};
use crate::verify::{Evidence, broken_rules};
use crate::{deadline, run};

/// Share of the origin's CPU time from which it, not the client, is the limit.
const ORIGIN_BOUND: f64 = 0.90;

/// Share of the client's CPU time from which it counts as full.
const CLIENT_FULL: f64 = 0.95;

/// Sockets in TIME_WAIT per origin port from which connecting itself turns slow: half of the 28,232 ephemeral ports.
const TIME_WAIT_PER_PORT: u64 = 14_000;

/// What all trials of a run share.
pub(crate) struct Stage<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) source: Source,
    pub(crate) examiner: Examiner,
    pub(crate) environment: Vec<(&'static str, OsString)>,
    pub(crate) trust_file: std::path::PathBuf,
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
    broken: Vec<String>,
}

impl Stage<'_> {
    /// Runs one trial. `Err` only when the run is to end now; a trial that fails is an invalid [`Trial`].
    pub(crate) fn trial(&mut self, section: &Section, cell: &Cell, round: u32) -> Result<Trial, run::Interrupted> {
        let mut learnt = Learnt::default();
        match self.measure(section, cell, round, &mut learnt) {
            Ok(()) => {}
            Err(Fault::Interrupted) => return Err(run::Interrupted),
            Err(Fault::Failed(reason)) => learnt.broken.push(reason),
        }
        Ok(self.record(section, cell, round, learnt))
    }

    fn measure(&mut self, section: &Section, cell: &Cell, round: u32, learnt: &mut Learnt) -> Result<(), Fault> {
        let start = self.source.begin().map_err(origin_failed)?;
        let job = self.job(section, cell, round)?;
        learnt.broken = self.examiner.faults(self.plan, &job, &self.environment)?;

        let within = self.plan.deadline.unwrap_or_else(|| deadline::of(&section.workload));
        let until = Instant::now().checked_add(within).unwrap_or_else(|| Instant::now() + run::FOREVER);
        let interrupt = &self.plan.interrupt;
        let mut engine = Engine::start(&self.plan.engine, &self.environment, &self.plan.run.pinning.client, until)?;
        engine.say(&Order::Job(Box::new(job)))?;
        learnt.ready = Some(ready(engine.hear("ready", interrupt)?)?);

        let origin_pid = self.source.running().map_err(origin_failed)?.ready().pid;
        let warm = self.source.read(true).map_err(origin_failed)?;
        learnt.before = Counters::read();
        let costly = |error: measure::process::ProcessError| Fault::Failed(error.to_string());
        reset_peak_memory(engine.pid()).map_err(costly)?;
        let origin_before = Reading::of(origin_pid).map_err(costly)?;
        let client_before = Reading::of(engine.pid()).map_err(costly)?;
        engine.say(&Order::Go)?;
        let finished = finished(engine.hear("finished", interrupt)?)?;
        let client_after = Reading::of(engine.pid()).map_err(costly)?;
        learnt.peak_memory_bytes = peak_memory_bytes(engine.pid()).map_err(costly)?;
        learnt.finished = Some(finished);
        learnt.client = client_after.since(&client_before);
        learnt.after = Counters::read();

        // The origin may still be at work on what the last answers left behind: that is its cost too, but none of the
        // trial's time. Its ledger is read before its CPU clock, so that what is counted has been paid for.
        let end = self.source.read(false).map_err(origin_failed)?;
        learnt.origin = Reading::of(origin_pid).map_err(costly)?.since(&origin_before);

        engine.say(&Order::Report)?;
        learnt.seen = seen(engine.hear("done", interrupt)?)?;

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
            pinned: &self.plan.run.handshake,
        }));
        learnt.measured = Some(measured);
        learnt.warm_up = Some(warm_up);
        Ok(())
    }

    fn job(&mut self, section: &Section, cell: &Cell, round: u32) -> Result<Job, Fault> {
        let targets = self.source.targets(cell, &section.workload.path).map_err(origin_failed)?;
        Ok(Job {
            protocol: VERSION,
            cell: cell.clone(),
            workload: section.workload.clone(),
            targets,
            trust_file: cell.is_tls().then(|| self.trust_file.clone()),
            groups: self.plan.pins.groups.iter().map(ToString::to_string).collect(),
            workers: self.plan.run.workers,
            seed: self.plan.run.seed.wrapping_add(u64::from(round)),
        })
    }

    fn record(&self, section: &Section, cell: &Cell, round: u32, learnt: Learnt) -> Trial {
        let wall_ns = learnt.finished.map_or(0, |finished| finished.ended_ns.saturating_sub(finished.started_ns));
        let flags = self.flags(&learnt, wall_ns);
        Trial {
            section: section.name.clone(),
            cell: cell.clone(),
            round,
            verdict: if learnt.broken.is_empty() { Verdict::Valid } else { Verdict::Invalid(learnt.broken) },
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
        }
    }

    fn flags(&self, learnt: &Learnt, wall_ns: u64) -> Vec<Flag> {
        let pinning = &self.plan.run.pinning;
        let share = |cost: &Cost, cpus: usize| match wall_ns {
            0 => 0.0,
            wall => cost.cpu_ns as f64 / (wall as f64 * cpus as f64),
        };
        let ports = u64::from(self.plan.ports);
        let found = [
            (Flag::OriginBound, share(&learnt.origin, pinning.origin.len()) >= ORIGIN_BOUND),
            (Flag::ClientFull, share(&learnt.client, pinning.client.len()) >= CLIENT_FULL),
            (Flag::TimeWait, learnt.before.time_wait >= ports * TIME_WAIT_PER_PORT),
            (Flag::ListenOverflow, learnt.after.listen_overflows > learnt.before.listen_overflows),
        ];
        found.into_iter().filter(|(_, holds)| *holds).map(|(flag, _)| flag).collect()
    }
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
