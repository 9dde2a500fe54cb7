//! The engine's side of a trial: job, warm-up, the measured part, and its results.
//!
//! It speaks the protocol of [`measure::protocol`] over two streams. The end of its standard input means that the
//! harness is gone; then the trial must not go on.

use std::io::{self, BufRead, Write};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use measure::protocol::{EngineReply, EngineRequest, VERSION};

use crate::Prepared;
pub use crate::error::EngineError;

/// Runs one trial: reads the harness's messages from `orders`, writes its own to `answers`. `gone` is called on another
/// thread when `orders` ends; nobody waits for the trial any more, so it must not return and usually exits.
pub fn serve(
    orders: impl io::Read + Send + 'static,
    mut answers: impl Write,
    gone: impl FnOnce() + Send + 'static,
) -> Result<(), EngineError> {
    let orders = listen(orders, gone);
    let result = trial(&orders, &mut answers);
    if let Err(error) = &result {
        say(&mut answers, &EngineReply::Failed(error.to_string()))?;
    }
    result
}

fn trial(orders: &Receiver<String>, answers: &mut impl Write) -> Result<(), EngineError> {
    let job = match hear(orders)? {
        (EngineRequest::Job(job), _) if job.protocol == VERSION => job,
        (_, line) => return Err(EngineError::Protocol { expected: "the job of protocol version 1", found: line }),
    };
    let mut prepared = Prepared::new(&job)?;
    let recorder = prepared.recorder();
    say(answers, &EngineReply::Ready(Box::new(prepared.ready().clone())))?;

    expect(orders, "go", |order| matches!(order, EngineRequest::Go))?;
    say(answers, &EngineReply::Finished(prepared.run(&recorder)))?;

    expect(orders, "report", |order| matches!(order, EngineRequest::Report))?;
    let seen = prepared.seen(&recorder).map_err(|error| EngineError::Encode(error.to_string()))?;
    say(answers, &EngineReply::Done(Box::new(seen)))
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

fn hear(orders: &Receiver<String>) -> Result<(EngineRequest, String), EngineError> {
    let line = orders.recv().map_err(|_| io::Error::from(io::ErrorKind::UnexpectedEof))?;
    match serde_json::from_str(&line) {
        Ok(order) => Ok((order, line)),
        Err(error) => Err(EngineError::Protocol { expected: "an order", found: format!("{line} ({error})") }),
    }
}

fn expect(
    orders: &Receiver<String>,
    expected: &'static str,
    is: fn(&EngineRequest) -> bool,
) -> Result<(), EngineError> {
    let (order, line) = hear(orders)?;
    if is(&order) { Ok(()) } else { Err(EngineError::Protocol { expected, found: line }) }
}

fn say(answers: &mut impl Write, answer: &EngineReply) -> Result<(), EngineError> {
    let mut line = serde_json::to_vec(answer).map_err(|error| EngineError::Encode(error.to_string()))?;
    line.push(b'\n');
    answers.write_all(&line)?;
    Ok(answers.flush()?)
}
