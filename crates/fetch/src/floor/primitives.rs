//! The cryptography of a client's handshake alone, each primitive once per "request", without messages, records,
//! transcripts and allocation.
//!
//! A full handshake of TLS 1.3: making a key share and the shared secret; validating the chain and the host name;
//! verifying the signature of `CertificateVerify`; the key schedule. A resumed one: key exchange and key schedule,
//! which is taken to be as long as the full one's (RFC 8446 §7.1: the binder's key takes two more expansions). The sum
//! is the cost. It is a floor for these libraries, not a mathematical one.

use handshake::{Case, Kind, Operation, Primitive, Side};
use params::TlsVersion;
use workload::Cell;

use super::counted::counted;
use super::handshakes::{authority, case, refuse, setting, stack};
use crate::PrepareError;
use crate::models::Model;

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
    let mut operations: Vec<Operation> = parts(case).into_iter().map(operation).collect::<Result<_, _>>()?;
    Ok(counted(move || operations.iter_mut().map(|operation| operation.run(1)).sum::<Result<u64, _>>()))
}
