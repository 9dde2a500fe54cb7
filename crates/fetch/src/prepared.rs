//! A cell that is prepared and warm, and can run its workload any number of times.
//!
//! The caller measures what a run costs: from outside, where the cell has a process of its own ([`crate::engine`]), or
//! in the same process.

use std::sync::Arc;

use measure::clock::{now_ns, own_cpu_ns};
use measure::histogram::HistogramError;
use measure::protocol::{Finished, Job, Ready, Seen};
use measure::recorder::Recorder;
use measure::trace::Tracer;
use workload::{Connection, Workload};

use crate::PrepareError;
use crate::error::EngineError;
use crate::models::Model;
use crate::prepare::{Setup, prepare};
use crate::registry;
use crate::schedule::Schedule;
use crate::{only_gets, unpaced};

/// A prepared cell, its threads, slots and kept connections.
pub struct Prepared {
    model: Box<dyn Model>,
    workload: Workload,
    workers: usize,
    ready: Ready,
    tracer: Arc<Tracer>,
}

impl Prepared {
    /// Prepares the job's cell and makes the requests that must not be measured: they open kept connections, seed the
    /// random generators of the TLS libraries and page in their code.
    ///
    /// # Errors
    ///
    /// When the cell cannot be set up, or a request of the warm-up fails.
    pub fn new(job: &Job) -> Result<Prepared, EngineError> {
        let unpaced = unpaced(&job.cell);
        if let Some(reason) = unpaced.filter(|_| job.workload.is_timed()) {
            return Err(PrepareError::Refused { cell: job.cell.to_string(), reason: reason.to_owned() }.into());
        }
        let only_gets = only_gets(&job.cell);
        if let Some(reason) = only_gets.filter(|_| !job.workload.request.is_default()) {
            return Err(PrepareError::Refused { cell: job.cell.to_string(), reason: reason.to_owned() }.into());
        }
        let setup = Setup {
            workload: &job.workload,
            targets: &job.targets,
            trust_file: job.trust_file.as_deref(),
            insecure: job.insecure,
            body_file: job.body_file.as_deref(),
            groups: &job.groups,
            workers: job.workers,
        };
        let (mut model, tracer) = prepare(&job.cell, &setup)?;
        let workers = model.workers();
        let warm_up_requests = match job.cell.connection {
            // Slots are given requests in order, so this many requests open each slot's connection once.
            Connection::KeepAlive | Connection::KeepAliveFor(_) | Connection::Resumed => model.slots() as u64,
            // A response may take long, so one request per worker must suffice.
            Connection::NewConn | Connection::NewClient | Connection::Own
                if job.workload.path.delay_seconds() > 0.0 =>
            {
                workers.unwrap_or(1) as u64
            }
            Connection::NewConn | Connection::NewClient | Connection::Own => 2 * workers.unwrap_or(1) as u64,
        };
        let recorder = Arc::new(Recorder::new(warm_up_requests, job.workers));
        model.run(Schedule::Requests(warm_up_requests), &recorder);
        let seen = recorder.finish().map_err(|error| EngineError::Encode(error.to_string()))?;
        if let Some((kind, error)) = seen.errors.first_key_value() {
            let count = error.count;
            return Err(EngineError::WarmUp(format!(
                "{count} of {warm_up_requests} requests: {kind}: {}",
                error.first
            )));
        }
        let ready = Ready {
            engine: "tlstax".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            libraries: registry::libraries(&job.cell),
            workers,
            cannot_measure: registry::untold(&job.cell).iter().map(|phase| phase.name().to_owned()).collect(),
            warm_up_requests,
            warm_up_cpu_ns: own_cpu_ns(),
            paces: unpaced.is_none(),
            custom_requests: only_gets.is_none(),
        };
        Ok(Prepared { model, workload: job.workload.clone(), workers: job.workers, ready, tracer })
    }

    /// The cell's `ready` message.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// An empty recorder for one run, made before the costs are read.
    pub fn recorder(&self) -> Arc<Recorder> {
        Arc::new(Recorder::of(&self.workload, self.workers))
    }

    /// Makes all requests of the workload. The measurements are in `recorder`, not merged or encoded yet.
    pub fn run(&mut self, recorder: &Arc<Recorder>) -> Finished {
        // Discards what the warm-up, or an earlier run, recorded.
        drop(self.tracer.take());
        let started_ns = now_ns();
        self.model.run(Schedule::of(&self.workload), recorder);
        Finished { started_ns, ended_ns: now_ns(), recorder_bytes: recorder.bytes() }
    }

    /// The measurements of the latest run, merged and encoded.
    ///
    /// # Errors
    ///
    /// When a histogram cannot be encoded.
    pub fn seen(&self, recorder: &Recorder) -> Result<Seen, HistogramError> {
        let seen = Seen { trace: self.tracer.take(), ..recorder.finish()? };
        Ok(match self.model.client_cpu_ns() {
            // Its times include the server's work, so they are no latencies.
            Some(client_cpu_ns) => {
                Seen { right: seen.right, errors: seen.errors, client_cpu_ns: Some(client_cpu_ns), ..Seen::default() }
            }
            None => seen,
        })
    }
}
