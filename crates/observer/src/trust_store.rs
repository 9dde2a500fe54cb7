//! Which connections had a trust store loaded for them, by when the command was sampled loading one.

use observation::{Connection, Sampling, TrustStore};
use profile::{Objects, Options, Sampler};

/// The most that is kept of samples, bytes: a long command is sampled more thinly instead.
const ROOM: u64 = 128 << 20;

/// A sampler on the command, or why there is none.
pub(crate) struct Samples(Result<Sampler, String>);

impl Samples {
    /// Samples process `pid` and all that descends from it, from now on.
    pub(crate) fn start(pid: u32) -> Samples {
        let options = Options { descendants: true, room: Some(ROOM), ..Options::default() };
        let started = Sampler::attach(pid, &options).and_then(|mut sampler| sampler.start().map(|()| sampler));
        Samples(started.map_err(|error| error.to_string()))
    }

    /// What the samples say, the pass having begun at `began_ns` by CLOCK_MONOTONIC.
    pub(crate) fn finish(self, connections: &[Connection], began_ns: u64) -> Sampling {
        let recording = match self.0.map(Sampler::stop) {
            Ok(Ok(recording)) => recording,
            Ok(Err(error)) => return Sampling::Impossible(error.to_string()),
            Err(reason) => return Sampling::Impossible(reason),
        };
        let hellos = hellos(connections);
        if hellos.is_empty() {
            // Nothing was loaded for any connection: what the stacks hold need not be looked up, which takes a tenth of a second.
            return Sampling::Sampled(TrustStore { samples: recording.samples(), ..TrustStore::default() });
        }
        let moments = recording.moments(&mut Objects::new());
        let loading: Vec<u64> = moments
            .all
            .iter()
            .filter(|moment| moment.trust_store)
            .map(|moment| moment.time_ns.saturating_sub(began_ns))
            .collect();
        Sampling::Sampled(TrustStore {
            period_ns: moments.period_ns,
            samples: moments.all.len() as u64,
            in_trust_store: loading.len() as u64,
            lost: moments.lost,
            loads: loads(&loading, &hellos),
            connections: hellos.len() as u64,
        })
    }
}

/// When connections sent their first byte, by time.
fn hellos(connections: &[Connection]) -> Vec<u64> {
    let began = |connection: &Connection| connection.handshake.as_ref().and_then(|handshake| handshake.began_ns);
    let mut all: Vec<u64> = connections.iter().filter_map(began).collect();
    all.sort_unstable();
    all
}

/// How many of `hellos` have a sample of `loading` between them and the one before. Both by time.
fn loads(loading: &[u64], hellos: &[u64]) -> u64 {
    let before = std::iter::once(0).chain(hellos.iter().copied());
    let met = |(from, until): (u64, u64)| {
        let next = loading.partition_point(|at| *at < from);
        loading.get(next).is_some_and(|at| *at < until)
    };
    before.zip(hellos.iter().copied()).filter(|span| met(*span)).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_counted_for_the_connection_that_follows_it() {
        assert_eq!(loads(&[1, 2, 3], &[10, 20, 30]), 1, "loaded once, before the first");
        assert_eq!(loads(&[1, 2, 11, 25, 26], &[10, 20, 30]), 3);
        assert_eq!(loads(&[35], &[10, 20, 30]), 0, "after the last connection");
        assert_eq!((loads(&[], &[10]), loads(&[1], &[])), (0, 0));
    }
}
