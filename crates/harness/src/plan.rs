//! What a run is to do: everything decided before the first trial.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use measure::result::{Pinning, RunInfo};
use origin::{EmbeddedProgram, Kind};

use crate::EngineCommand;

pub use origin::Pins;

/// A run, decided.
#[derive(Debug)]
pub struct Plan {
    /// What is written to `run.json`: sections, seed, pinning, workers and the rest.
    pub run: RunInfo,
    /// The origin's program.
    pub origin: Kind,
    /// Listeners per transport.
    pub ports: u16,
    /// What handshakes are pinned to.
    pub pins: Pins,
    /// The embedded origin's program, which also plays the impostors that no client may trust.
    pub embedded: EmbeddedProgram,
    /// Who fetches.
    pub engine: EngineCommand,
    /// How long a trial may take; `None`: by its workload.
    pub deadline: Option<Duration>,
    /// Becomes true when the run is to end now.
    pub interrupt: Arc<AtomicBool>,
}

/// Why CPUs could not be shared out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("--pin split needs two CPUs and there is one: use --pin none")]
pub struct PinningError;

/// Shares `cpus` out between client and origin: disjoint halves if `split`, the origin's the larger, so that the client
/// rather than the origin is the limit; otherwise all for both.
pub fn pin(cpus: &[usize], split: bool) -> Result<Pinning, PinningError> {
    let (client, origin) = match (split, cpus.len()) {
        (false, _) => (cpus, cpus),
        (true, 0 | 1) => return Err(PinningError),
        (true, count) => cpus.split_at(count / 2),
    };
    Ok(Pinning { client: client.to_vec(), origin: origin.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpus_are_split_or_shared() {
        let split = pin(&[0, 1, 2, 5, 6], true).unwrap();
        assert_eq!((split.client.as_slice(), split.origin.as_slice()), (&[0, 1][..], &[2, 5, 6][..]));
        assert!(split.is_split());
        assert!(!pin(&[0, 1], false).unwrap().is_split());
        assert_eq!(pin(&[3], true), Err(PinningError));
    }
}
