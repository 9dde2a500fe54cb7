//! One trial in a process of its own: an engine from job to done, or a program from start to end.

use std::time::Instant;

use measure::process::{self, ProcessError};
use measure::protocol::{Answer, Finished, Order, Ready, Seen};
use measure::result::{Arm, Section, Trial};
use workload::{Cell, Workload};

use crate::deadline;
use crate::engine::{Engine, Fault};
use crate::learnt::Learnt;
use crate::measured::{Fetcher, cost_between};
use crate::plan::Plan;
use crate::plan::command_line::CommandLine;
use crate::plan::external_engine::ExternalEngine;
use crate::probe::{Probe, lent};
use crate::program;
use crate::source::{Supply, sides};
use crate::stage::{Stage, origin_failed};
use crate::tail::in_one_line;

/// The run is to end now.
#[derive(Debug)]
pub(crate) struct Interrupted;

impl Stage {
    /// Runs one trial. `Err` only when the run is to end now; a trial that fails is an invalid [`Trial`].
    pub(crate) fn trial(
        &mut self,
        section: &Section,
        cell: &Cell,
        arm: Option<Arm>,
        round: u32,
        probe: Option<&mut dyn Probe>,
    ) -> Result<Trial, Interrupted> {
        let mut learnt = Learnt::default();
        let command = match self.plan.external_engine(cell) {
            Some(ExternalEngine::Command(command)) => Some(command.clone()),
            Some(ExternalEngine::Protocol(_)) | None => None,
        };
        let measured = match &command {
            Some(command) => self.command(section, cell, round, command, &mut learnt),
            None => self.engine(section, cell, arm, round, probe, &mut learnt),
        };
        match measured {
            Ok(()) => {}
            Err(Fault::Interrupted) => return Err(Interrupted),
            Err(Fault::Failed(reason)) => {
                // Where the origin has ended, that is the reason, and what the client met is its consequence.
                let ended = self.source_of(cell).ok().and_then(Supply::ended);
                learnt.broken.extend(ended.map(|ended| in_one_line(&ended.to_string())));
                learnt.broken.push(reason);
            }
        }
        Ok(Trial { arm, ..learnt.record(&self.plan, section, cell, round) })
    }

    /// A trial of an engine that speaks the trial protocol.
    fn engine(
        &mut self,
        section: &Section,
        cell: &Cell,
        arm: Option<Arm>,
        round: u32,
        mut probe: Option<&mut dyn Probe>,
        learnt: &mut Learnt,
    ) -> Result<(), Fault> {
        let (opened, job) = self.begin(section, cell, arm, round)?;
        *learnt = opened.learnt(cell);
        let environment = self.environment(cell)?;
        let plan = &self.plan;
        let until = until(plan, section, cell);
        let interrupt = std::sync::Arc::clone(&plan.interrupt);
        let mut engine = Engine::start(plan.engine(cell, arm), &environment, &plan.run.pinning.client, until)?;
        if let Some(probe) = &mut probe {
            probe.spawned(cell, engine.pid()).map_err(Fault::Failed)?;
        }
        engine.say(&Order::Job(Box::new(job)))?;
        learnt.ready = Some(ready(engine.hear("ready", &interrupt)?)?);
        let mut apart = Apart { engine, interrupt: &interrupt, probe: lent(&mut probe) };
        self.measured(section, cell, &opened, None, &mut apart, learnt)
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
        let (workload, trust_file) = (&section.workload, &self.origins.trust_file(&cell.axes).map_err(origin_failed)?);
        learnt.verifies = self.examiner.verifies(cell, command, workload)?;
        let source = self.source_of(cell)?;
        let start = source.begin().map_err(origin_failed)?;
        let mut targets = source.targets(cell, workload).map_err(origin_failed)?;
        // A port per round: a program that opens a connection per request leaves them all in TIME_WAIT at one.
        let target = targets.swap_remove(round as usize % targets.len());
        learnt.before = measure::kernel::Counters::read();
        let origin_before = source.reading()?;
        let plan = &self.plan;
        let cpus = &plan.run.pinning.client;
        let ended = program::run(
            cpus,
            &plan.interrupt,
            command,
            &target.url,
            workload,
            trust_file,
            until(plan, section, cell),
        )?;
        learnt.after = measure::kernel::Counters::read();
        let source = self.source_of(cell)?;
        let end = source.read(false).map_err(origin_failed)?;
        let origin_after = source.reading()?;
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
}

/// An engine in a process of its own.
struct Apart<'a> {
    engine: Engine,
    interrupt: &'a std::sync::atomic::AtomicBool,
    probe: Option<&'a mut dyn Probe>,
}

impl Fetcher for Apart<'_> {
    fn pid(&self) -> u32 {
        self.engine.pid()
    }

    fn is_alone(&self) -> bool {
        true
    }

    fn before_go(&mut self) -> Result<(), Fault> {
        self.probe.as_mut().map_or(Ok(()), |probe| probe.go()).map_err(Fault::Failed)
    }

    fn after_go(&mut self) -> Result<(), Fault> {
        self.probe.as_mut().map_or(Ok(()), |probe| probe.finished()).map_err(Fault::Failed)
    }

    fn go(&mut self) -> Result<Finished, Fault> {
        self.engine.say(&Order::Go)?;
        finished(self.engine.hear("finished", self.interrupt)?)
    }

    fn faults(&self, said: u64, heard: u64, finished: &Finished) -> Vec<String> {
        clock_fault(said, finished, heard).into_iter().chain(unseen_processes(self.pid())).collect()
    }

    fn seen(&mut self, workload: &Workload) -> Result<Seen, Fault> {
        self.engine.ask_report(workload)?;
        let seen = seen(self.engine.hear("done", self.interrupt)?)?;
        self.engine.hear_out()?;
        Ok(seen)
    }

    fn unread(&mut self, due: &str, error: &ProcessError) -> Fault {
        self.engine.unread(due, error)
    }

    fn threads(&self) -> Option<u64> {
        self.engine.threads()
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
    deadline::after(plan.deadline.unwrap_or_else(|| deadline::of(&section.workload, cell)))
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
