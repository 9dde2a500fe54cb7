//! The cryptography of a client's handshake alone, each primitive once per "request", without messages, records,
//! transcripts and allocation.
//!
//! A full handshake of TLS 1.3: making a key share and the shared secret; validating the chain and the host name;
//! verifying the signature of `CertificateVerify`; the key schedule. A resumed one: key exchange and key schedule,
//! which is taken to be as long as the full one's (RFC 8446 §7.1: the binder's key takes two more expansions). The sum
//! is the cost. It is a floor for these libraries, not a mathematical one.

use std::sync::Arc;

use handshake::{Case, Kind, Operation, Primitive, Side};
use measure::clock::now_ns;
use measure::phase::Timeline;
use measure::recorder::Recorder;
use params::TlsVersion;
use workload::Cell;

use super::handshakes::{authority, case, refuse, setting, stack};
use crate::models::Model;
use crate::schedule::Schedule;
use crate::{ErrorKind, PrepareError};

struct Primitives {
    operations: Vec<Operation>,
    client_cpu_ns: u64,
}

/// The primitives of the client's side of a handshake.
fn parts(case: Case) -> Vec<Primitive> {
    let exchange = Primitive::KeyExchange(case.group, Side::Client);
    match case.kind {
        Kind::Full => {
            vec![exchange, Primitive::Chain(case.key), Primitive::Verify(case.key), Primitive::KeySchedule]
        }
        Kind::Resumed => vec![exchange, Primitive::KeySchedule],
    }
}

/// Which primitive of a cell's handshake the stack does not offer, and why.
pub(super) fn missing(cell: &Cell) -> Option<String> {
    // A cell without a stack is refused elsewhere for that reason.
    let stack = stack(cell)?;
    let case = case(cell).ok()?;
    if case.version == TlsVersion::Tls12 {
        return Some("the key derivation of TLS 1.2 is not among the primitives".to_owned());
    }
    parts(case).into_iter().find_map(|part| Some(format!("{part}: {}", part.missing(stack)?)))
}

/// Sets up every primitive, and checks that each gives the right result.
pub(super) fn prepare(cell: &Cell) -> Result<Box<dyn Model>, PrepareError> {
    let case = case(cell)?;
    let keys = authority(cell, case)?;
    // Primitives without certificates use an authority of the default kind.
    let others = handshake::Authority::create().map_err(|error| refuse(cell, error))?;
    let operation = |part: Primitive| {
        let authority = if part.key() == case.key { &keys } else { &others };
        part.prepare_in(case.stack, authority, setting(cell)).map_err(|error| refuse(cell, error))
    };
    let operations = parts(case).into_iter().map(operation).collect::<Result<_, _>>()?;
    Ok(Box::new(Primitives { operations, client_cpu_ns: 0 }))
}

impl Model for Primitives {
    fn run(&mut self, schedule: Schedule, recorder: &Arc<Recorder>) {
        self.client_cpu_ns = 0;
        for _ in 0..schedule.requests() {
            let due = now_ns();
            let spent: Result<Vec<u64>, _> = self.operations.iter_mut().map(|operation| operation.run(1)).collect();
            match spent {
                Ok(spent) => {
                    self.client_cpu_ns += spent.iter().sum::<u64>();
                    recorder.right(&Timeline { due, done: now_ns(), ..Timeline::default() });
                }
                Err(error) => recorder.wrong(ErrorKind::Tls.name(), || error.to_string()),
            }
        }
    }

    fn slots(&self) -> usize {
        1
    }

    fn workers(&self) -> Option<usize> {
        Some(1)
    }

    fn client_cpu_ns(&self) -> Option<u64> {
        Some(self.client_cpu_ns)
    }
}
