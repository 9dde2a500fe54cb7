//! The engine's side of a trial: job, warm-up, the measured part, and what was seen in it.
//!
//! It speaks the protocol of [`measure::protocol`] over two streams. Its standard input ending means that the harness is
//! gone, and then nothing of the trial may go on.

use std::io::{self, BufRead, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use measure::clock::{now_ns, own_cpu_ns};
use measure::protocol::{Answer, Finished, Job, Order, Ready, VERSION};
use measure::recorder::Recorder;
use workload::Connection;

use crate::PrepareError;
use crate::models::Model;
use crate::table::{self, Setup};

/// Why an engine ended before its trial did.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The cell could not be prepared.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// The warm-up failed.
    #[error("warming up failed: {0}")]
    WarmUp(String),
    /// The harness said something else than the protocol has it say.
    #[error("the harness was to say {expected}, and said {found:?}")]
    Protocol {
        /// What was due.
        expected: &'static str,
        /// What came.
        found: String,
    },
    /// What was seen could not be put into words.
    #[error("encoding what was seen failed: {0}")]
    Encode(String),
    /// The harness cannot be reached any more.
    #[error("the harness is gone: {0}")]
    Harness(#[from] io::Error),
}

/// Runs one trial: reads orders from `orders`, writes answers to `answers`. `gone` is called, on another thread, when
/// `orders` ends; it must not return to a trial that nobody waits for, so it usually exits.
pub fn serve(
    orders: impl io::Read + Send + 'static,
    mut answers: impl Write,
    gone: impl FnOnce() + Send + 'static,
) -> Result<(), EngineError> {
    let orders = listen(orders, gone);
    let result = trial(&orders, &mut answers);
    if let Err(error) = &result {
        say(&mut answers, &Answer::Failed(error.to_string()))?;
    }
    result
}

fn trial(orders: &Receiver<String>, answers: &mut impl Write) -> Result<(), EngineError> {
    let job = match hear(orders)? {
        (Order::Job(job), _) if job.protocol == VERSION => job,
        (_, line) => return Err(EngineError::Protocol { expected: "the job of protocol version 1", found: line }),
    };
    let (mut model, ready) = prepare(&job)?;
    let requests = job.workload.requests.get();
    let recorder = Arc::new(Recorder::new(requests, job.workers));
    say(answers, &Answer::Ready(Box::new(ready)))?;

    expect(orders, "go", |order| matches!(order, Order::Go))?;
    let started_ns = now_ns();
    model.run(requests, &recorder);
    let finished = Finished { started_ns, ended_ns: now_ns(), recorder_bytes: recorder.bytes() };
    say(answers, &Answer::Finished(finished))?;

    expect(orders, "report", |order| matches!(order, Order::Report))?;
    let seen = recorder.finish().map_err(|error| EngineError::Encode(error.to_string()))?;
    say(answers, &Answer::Done(Box::new(seen)))
}

/// Prepares the cell and makes the requests that must not be measured: they open kept connections, seed the entropy of
/// the TLS libraries and fault in their code.
fn prepare(job: &Job) -> Result<(Box<dyn Model>, Ready), EngineError> {
    let setup = Setup {
        workload: &job.workload,
        targets: &job.targets,
        trust_file: job.trust_file.as_deref(),
        groups: &job.groups,
        workers: job.workers,
    };
    let mut model = table::prepare(&job.cell, &setup)?;
    let workers = model.workers();
    let warm_up_requests = match job.cell.connection {
        // Slots are handed out in order, so this many requests open each slot's connection once.
        Connection::KeepAlive => model.slots() as u64,
        Connection::NewConn | Connection::Own => 2 * workers.unwrap_or(1) as u64,
    };
    let recorder = Arc::new(Recorder::new(warm_up_requests, job.workers));
    model.run(warm_up_requests, &recorder);
    let seen = recorder.finish().map_err(|error| EngineError::Encode(error.to_string()))?;
    if let Some((kind, error)) = seen.errors.first_key_value() {
        let count = error.count;
        return Err(EngineError::WarmUp(format!("{count} of {warm_up_requests} requests: {kind}: {}", error.first)));
    }
    let ready = Ready {
        engine: "tlstax".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        libraries: table::libraries(&job.cell),
        workers,
        cannot_measure: table::untold(&job.cell).iter().map(|phase| phase.name().to_owned()).collect(),
        warm_up_requests,
        warm_up_cpu_ns: own_cpu_ns(),
    };
    Ok((model, ready))
}

fn listen(orders: impl io::Read + Send + 'static, gone: impl FnOnce() + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in io::BufReader::new(orders).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
        gone();
    });
    receiver
}

fn hear(orders: &Receiver<String>) -> Result<(Order, String), EngineError> {
    let line = orders.recv().map_err(|_| io::Error::from(io::ErrorKind::UnexpectedEof))?;
    match serde_json::from_str(&line) {
        Ok(order) => Ok((order, line)),
        Err(error) => Err(EngineError::Protocol { expected: "an order", found: format!("{line} ({error})") }),
    }
}

fn expect(orders: &Receiver<String>, expected: &'static str, is: fn(&Order) -> bool) -> Result<(), EngineError> {
    let (order, line) = hear(orders)?;
    if is(&order) { Ok(()) } else { Err(EngineError::Protocol { expected, found: line }) }
}

fn say(answers: &mut impl Write, answer: &Answer) -> Result<(), EngineError> {
    let mut line = serde_json::to_vec(answer).map_err(|error| EngineError::Encode(error.to_string()))?;
    line.push(b'\n');
    answers.write_all(&line)?;
    Ok(answers.flush()?)
}
