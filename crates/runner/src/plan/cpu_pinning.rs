//! Which CPUs run the client and which the origin, and how many worker threads follow from that.

use measure::machine::allowed_cpus;
use measure::result::Pinning;

/// Why CPUs could not be divided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("--pin split needs two CPUs and there is one: use --pin none")]
pub struct PinningError;

/// Divides `cpus` between client and origin: disjoint halves if `split`, the origin's the larger, so that the client
/// rather than the origin is the limit; otherwise both may use all.
pub fn pin(cpus: &[usize], split: bool) -> Result<Pinning, PinningError> {
    let (client, origin) = match (split, cpus.len()) {
        (false, _) => (cpus, cpus),
        (true, 0 | 1) => return Err(PinningError),
        (true, count) => cpus.split_at(count / 2),
    };
    Ok(Pinning { client: client.to_vec(), origin: origin.to_vec() })
}

/// Divides the CPUs that this process may use: split if there are at least two.
pub fn default_pinning() -> Pinning {
    let cpus = allowed_cpus();
    pin(&cpus, true).unwrap_or_else(|PinningError| Pinning { client: cpus.clone(), origin: cpus })
}

/// The default number of worker threads: that of the client's CPUs, but at least two.
pub fn default_workers(pinning: &Pinning) -> usize {
    pinning.client.len().max(2)
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
