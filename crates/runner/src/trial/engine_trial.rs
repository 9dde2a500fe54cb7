//! A trial of an engine that speaks the trial protocol, from job to done.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use measure::process::{self, ProcessError};
use measure::protocol::{EngineReply, EngineRequest, Finished, Ready, Seen};
use measure::result::{Arm, Section};
use workload::{Cell, Workload};

use crate::trial::deadline;
use crate::trial::engine::Engine;
use crate::trial::error::TrialError;
use crate::trial::fetcher::Fetcher;
use crate::trial::probe::{Probe, lent};
use crate::trial::run_context::RunContext;
use crate::trial::trial_builder::TrialBuilder;

impl RunContext {
    /// Runs it, and passes its results to `builder`.
    pub(super) fn engine_trial(
        &mut self,
        section: &Section,
        cell: &Cell,
        arm: Option<Arm>,
        round: u32,
        mut probe: Option<&mut dyn Probe>,
        builder: &mut TrialBuilder,
    ) -> Result<(), TrialError> {
        let (start, job) = self.begin(section, cell, arm, round)?;
        *builder = TrialBuilder::begin(cell, &start.faults, start.insecure);
        let environment = self.environment(cell)?;
        let plan = &self.plan;
        let until = deadline::of_trial(plan.deadline, &section.workload, cell);
        let interrupt = Arc::clone(&plan.interrupt);
        let mut engine = Engine::start(plan.engine(cell, arm), &environment, &plan.run.pinning.client, until)?;
        if let Some(probe) = &mut probe {
            probe.spawned(cell, engine.pid()).map_err(TrialError::Failed)?;
        }
        engine.say(&EngineRequest::Job(Box::new(job)))?;
        builder.ready = Some(ready(engine.hear("ready", &interrupt)?)?);
        let mut process = SeparateProcess { engine, interrupt: &interrupt, probe: lent(&mut probe) };
        self.measured(section, cell, &start, None, &mut process, builder)
    }
}

/// An engine in a process of its own.
struct SeparateProcess<'a> {
    engine: Engine,
    interrupt: &'a AtomicBool,
    probe: Option<&'a mut dyn Probe>,
}

impl Fetcher for SeparateProcess<'_> {
    fn pid(&self) -> u32 {
        self.engine.pid()
    }

    fn is_alone(&self) -> bool {
        true
    }

    fn before_go(&mut self) -> Result<(), TrialError> {
        self.probe.as_mut().map_or(Ok(()), |probe| probe.go()).map_err(TrialError::Failed)
    }

    fn after_go(&mut self) -> Result<(), TrialError> {
        self.probe.as_mut().map_or(Ok(()), |probe| probe.finished()).map_err(TrialError::Failed)
    }

    fn go(&mut self) -> Result<Finished, TrialError> {
        self.engine.say(&EngineRequest::Go)?;
        finished(self.engine.hear("finished", self.interrupt)?)
    }

    fn faults(&self, said: u64, heard: u64, finished: &Finished) -> Vec<String> {
        clock_fault(said, finished, heard).into_iter().chain(unseen_processes(self.pid())).collect()
    }

    fn seen(&mut self, workload: &Workload) -> Result<Seen, TrialError> {
        self.engine.ask_report(workload)?;
        let seen = seen(self.engine.hear("done", self.interrupt)?)?;
        self.engine.hear_out()?;
        Ok(seen)
    }

    fn unread(&mut self, due: &str, error: &ProcessError) -> TrialError {
        self.engine.unread(due, error)
    }

    fn threads(&self) -> Option<u64> {
        self.engine.threads()
    }
}

/// What is wrong with an engine's timestamps, compared with the harness's. A few wake-ups lie in between; half a second
/// and a tenth of the trial are enough for a busy machine, but not for another clock or unit.
fn clock_fault(said: u64, finished: &Finished, heard: u64) -> Option<String> {
    let Finished { started_ns, ended_ns, .. } = *finished;
    let between = heard.saturating_sub(said);
    let untold = between.saturating_sub(ended_ns.saturating_sub(started_ns));
    let agrees = said <= started_ns && ended_ns <= heard && untold <= 500_000_000 + between / 10;
    (!agrees).then(|| {
        format!(
            "its clock is not the harness's: it reports {} ms, but {} ms passed between \"go\" and \"finished\"",
            ended_ns.saturating_sub(started_ns) / 1_000_000,
            between / 1_000_000
        )
    })
}

/// The reason if an engine works in processes of its own: only its own cost is read.
fn unseen_processes(pid: u32) -> Option<String> {
    let count = process::children(pid);
    (count > 0).then(|| {
        format!("it has started {count} processes, whose cost is not measured: name the program itself, not a wrapper")
    })
}

fn ready(answer: EngineReply) -> Result<Ready, TrialError> {
    match answer {
        EngineReply::Ready(ready) if ready.version.trim().is_empty() => {
            Err(TrialError::Failed(format!("the engine {:?} does not state its version", ready.engine)))
        }
        EngineReply::Ready(ready) => Ok(*ready),
        other => Err(unexpected("ready", &other)),
    }
}

fn finished(answer: EngineReply) -> Result<Finished, TrialError> {
    match answer {
        EngineReply::Finished(finished) if finished.ended_ns > finished.started_ns => Ok(finished),
        EngineReply::Finished(_) => Err(TrialError::Failed("the engine says that it ended before it began".to_owned())),
        other => Err(unexpected("finished", &other)),
    }
}

fn seen(answer: EngineReply) -> Result<Seen, TrialError> {
    match answer {
        EngineReply::Done(seen) => Ok(*seen),
        other => Err(unexpected("done", &other)),
    }
}

fn unexpected(due: &str, answer: &EngineReply) -> TrialError {
    let said = match answer {
        EngineReply::Ready(_) => "ready",
        EngineReply::Finished(_) => "finished",
        EngineReply::Done(_) => "done",
        EngineReply::Failed(_) => "failed",
    };
    TrialError::Failed(format!("expected {due:?} from the engine, but it said {said:?}"))
}
