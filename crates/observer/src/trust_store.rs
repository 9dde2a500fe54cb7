//! Finds out for which connections a trust store was loaded, by the times at which samples of the command show it being
//! loaded.

use observation::{Connection, Sampling, TrustStore};
use profile::{Objects, Options, Sampler};

/// The most memory for samples, bytes. A long-running command is sampled less often instead.
const ROOM: u64 = 128 << 20;

/// The sampler of the command, or why there is none.
pub(crate) struct Samples(Result<Sampler, String>);

impl Samples {
    /// Starts to sample process `pid` and its descendants.
    pub(crate) fn start(pid: u32) -> Samples {
        let options = Options { descendants: true, room: Some(ROOM), ..Options::default() };
        let started = Sampler::attach(pid, &options).and_then(|mut sampler| sampler.start().map(|()| sampler));
        Samples(started.map_err(|error| error.to_string()))
    }

    /// What the samples show. The run began at `began_ns`, by CLOCK_MONOTONIC.
    pub(crate) fn finish(self, connections: &[Connection], began_ns: u64) -> Sampling {
        let recording = match self.0.map(Sampler::stop) {
            Ok(Ok(recording)) => recording,
            Ok(Err(error)) => return Sampling::Impossible(error.to_string()),
            Err(reason) => return Sampling::Impossible(reason),
        };
        if connections.is_empty() {
            // There were no connections, so the stacks need not be symbolised, which takes a tenth of a second.
            return Sampling::Sampled(TrustStore { samples: recording.samples(), ..TrustStore::default() });
        }
        let beginnings = beginnings(connections);
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
            again: Some(again(&loading, &beginnings)),
            for_connections: Some(for_connections(&loading, &beginnings)),
            lost: moments.lost,
            loads: loads(&loading, &beginnings),
            connections: beginnings.len() as u64,
        })
    }
}

/// When a connection began, ns since the run began.
#[derive(Debug, Clone, Copy)]
struct Beginning {
    opened_ns: u64,
    /// When the client sent its first byte.
    hello_ns: u64,
    /// When its handshake ended: some libraries load the store after they have received the server's certificate.
    ready_ns: u64,
}

/// When connections began, sorted by their first byte.
fn beginnings(connections: &[Connection]) -> Vec<Beginning> {
    let beginning = |connection: &Connection| {
        let handshake = connection.handshake.as_ref()?;
        let hello_ns = handshake.began_ns?;
        let ready_ns = handshake.finished_ns.unwrap_or(hello_ns);
        Some(Beginning { opened_ns: connection.opened_ns, hello_ns, ready_ns })
    };
    let mut all: Vec<Beginning> = connections.iter().filter_map(beginning).collect();
    all.sort_unstable_by_key(|one| one.hello_ns);
    all
}

/// How many of `loading`, which is sorted by time, come after the end of the first handshake.
fn again(loading: &[u64], beginnings: &[Beginning]) -> u64 {
    let first = beginnings.iter().map(|one| one.ready_ns).min().unwrap_or(u64::MAX);
    (loading.len() - loading.partition_point(|at| *at < first)) as u64
}

/// How many of `loading`, which is sorted by time, lie between the opening of some connection and the end of its
/// handshake.
fn for_connections(loading: &[u64], beginnings: &[Beginning]) -> u64 {
    let mut by_opening = beginnings.to_vec();
    by_opening.sort_unstable_by_key(|one| one.opened_ns);
    let (mut all, mut counted_to) = (0, 0);
    for one in by_opening {
        let until = loading.partition_point(|at| *at < one.ready_ns);
        let from = loading.partition_point(|at| *at < one.opened_ns).max(counted_to);
        all += until.saturating_sub(from) as u64;
        counted_to = counted_to.max(until);
    }
    all
}

/// How many of `beginnings` have a sample of `loading` between the previous connection's first byte and their own. Both
/// are sorted by time.
fn loads(loading: &[u64], beginnings: &[Beginning]) -> u64 {
    let hellos = beginnings.iter().map(|one| one.hello_ns);
    let before = std::iter::once(0).chain(hellos.clone());
    let met = |(from, until): (u64, u64)| {
        let next = loading.partition_point(|at| *at < from);
        loading.get(next).is_some_and(|at| *at < until)
    };
    before.zip(hellos).filter(|span| met(*span)).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_counted_for_the_connection_that_follows_it() {
        let three = at(&[(8, 10), (18, 20), (28, 30)]);
        assert_eq!(loads(&[1, 2, 3], &three), 1, "loaded once, before the first");
        assert_eq!(loads(&[1, 2, 11, 25, 26], &three), 3);
        assert_eq!(loads(&[35], &three), 0, "after the last connection");
        assert_eq!((loads(&[], &three), loads(&[1], &[])), (0, 0));
    }

    #[test]
    fn what_is_loaded_again_comes_after_the_first_and_what_is_for_a_connection_within_its_beginning() {
        let three = at(&[(8, 10), (18, 20), (28, 30)]);
        let loading = [1, 9, 10, 11, 25, 35];
        assert_eq!((again(&loading, &three), for_connections(&loading, &three)), (3, 2));
        let together = at(&[(5, 20), (6, 10), (7, 30)]);
        assert_eq!(for_connections(&[4, 5, 9, 15, 25, 31], &together), 4, "each once");
        assert_eq!((again(&[], &three), for_connections(&[1], &[])), (0, 0));
    }

    fn at(beginnings: &[(u64, u64)]) -> Vec<Beginning> {
        let one = |&(opened_ns, hello_ns): &(u64, u64)| Beginning { opened_ns, hello_ns, ready_ns: hello_ns + 1 };
        beginnings.iter().map(one).collect()
    }
}
