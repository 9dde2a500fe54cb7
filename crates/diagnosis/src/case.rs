//! The case that rules judge: the run over HTTPS or with the command's own servers, and the run that it is compared
//! with.

use observation::{
    Connection, CpuReading, Doing, Handshake, Host, Observation, ObserveMode, ObservedRun, Runtime, Sampling,
    Transport, Turn,
};
use wire::Side;

use crate::concurrency::{self, Concurrency};
use crate::overlap::{self, Overlap};

/// The share of a core from which on the client counts as busy. Below it, the client was idle or blocked for at least a
/// fifth of the time.
pub(crate) const BUSY: f64 = 0.8;

/// The reason why servers are not judged with `--via url`.
pub(crate) const OWN_SERVERS: &str = "the server is tlstax's own origin";

/// If CPU was short for this share of a span, the command's inactivity in it proves nothing.
const SHORT: f64 = 0.1;

/// CPU counts as short if some thread of the machine waited for a CPU for this share of a span. With an idle program it
/// is close to zero.
const PRESSED: f64 = 0.5;

/// The most bytes that a client sends over HTTP/2 without a request, TLS records included: the preface with settings, a
/// window update, the acknowledgement of the server's settings (RFC 9113 §3.4, §6.5), and GOAWAY (§6.8).
const H2_OPENING: u64 = 160;
/// The most bytes of an acknowledgement of settings and what may come with it. Every response is longer.
const H2_ACKNOWLEDGED: u64 = 80;

/// CPU time that the command used or waited for while some connection was at work, at most that of one core, ns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CpuAtWork {
    /// The whole CPU time.
    pub(crate) all_ns: u64,
    /// The part of it in which no response was awaited or received.
    pub(crate) between_waits_ns: u64,
}

/// The data that rules judge.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    pub(crate) via: ObserveMode,
    /// The number of concurrent requests that is assumed to be possible.
    pub(crate) at_a_time: u64,
    /// The run that is judged.
    pub(crate) pass: &'a ObservedRun,
    /// The run over HTTP that it is compared with (url).
    pub(crate) http: Option<&'a ObservedRun>,
    /// There is such a run, but the two can't be compared: in it the command fetched over HTTPS too, or nothing.
    pub(crate) is_http_unlike: bool,
    /// How the judged run's connections overlap.
    pub(crate) overlap: Overlap,
    /// How many requests were in flight at once; `None` if that is not known.
    pub(crate) concurrency: Option<Concurrency>,
    /// The same over HTTP.
    pub(crate) http_concurrency: Option<Concurrency>,
}

impl<'a> Case<'a> {
    /// The case of an observation; `None` if there is no run to judge.
    pub(crate) fn of(observation: &'a Observation, at_a_time: u64) -> Option<Case<'a>> {
        let over = |transport| observation.passes.iter().find(|pass| pass.transport == transport);
        let (pass, given_http) = match observation.via {
            ObserveMode::Url => (over(Transport::Https)?, over(Transport::Http)),
            ObserveMode::Proxy => (over(Transport::Own)?, None),
        };
        let http = given_http.filter(|http| is_over_http(http));
        let overlap = overlap::of(pass);
        Some(Case {
            via: observation.via,
            at_a_time: at_a_time.max(1),
            pass,
            http,
            is_http_unlike: given_http.is_some() && http.is_none(),
            overlap,
            concurrency: concurrency::of(pass, &overlap),
            http_concurrency: http.and_then(|http| concurrency::of(http, &overlap::of(http))),
        })
    }

    pub(crate) fn is_url(&self) -> bool {
        self.via == ObserveMode::Url
    }

    /// The number of requests: as the origin counted them or, without an origin, the number of exchanges.
    pub(crate) fn requests(&self) -> u64 {
        self.pass.origin.as_ref().map_or(self.pass.counts.exchanges, |origin| origin.requests)
    }

    /// The number of connections on which several requests may have been in flight at once.
    pub(crate) fn h2(&self) -> u64 {
        self.pass.h2_connections()
    }

    /// Whether it is unknown how many requests were in flight at once, in this run or over HTTP.
    pub(crate) fn is_coarse(&self) -> bool {
        self.concurrency.is_none() || (self.http.is_some() && self.http_concurrency.is_none())
    }

    /// The least number of connections that the command needed: the most that were not idle at the same time.
    pub(crate) fn needed(&self) -> u64 {
        self.overlap.most_busy.max(1)
    }

    /// The same for its connections to `host` only.
    pub(crate) fn needed_of(&self, host: &Host) -> u64 {
        self.overlap_of(host).most_busy.max(1)
    }

    /// How connections to `host` overlap.
    pub(crate) fn overlap_of(&self, host: &Host) -> Overlap {
        let to_host = self.pass.connections.iter().filter(|connection| connection.host == host.name);
        overlap::over(to_host, self.pass.wall_ns)
    }

    /// Whether several requests may have been in flight at once on `connection`. If there is an origin, its ledger
    /// decides for all connections.
    pub(crate) fn may_be_h2(&self, connection: &Connection) -> bool {
        connection.may_be_h2 && self.h2() > 0
    }

    /// The reason why it is not known how many requests were in flight at once.
    pub(crate) fn concurrency_not_told(&self) -> Option<&'static str> {
        if self.h2() > 0 {
            return Some("HTTP/2 may have been used, whose requests can't be distinguished");
        }
        self.is_coarse().then_some(
            "the run was too long and its responses too quick to tell how many requests were in flight at once",
        )
    }

    /// The reason why resolving and connecting can't be judged.
    pub(crate) fn reached_by_others(&self) -> Option<&'static str> {
        if self.is_url() {
            return Some(OWN_SERVERS);
        }
        self.pass.upstream.is_some().then_some("the proxy that the environment names resolves names and connects")
    }

    /// The number of cores that the command used at once in `pass`, at least one.
    pub(crate) fn cores(pass: &ObservedRun) -> f64 {
        (pass.cpu.total_ns as f64 / pass.wall_ns.max(1) as f64).max(1.0)
    }

    /// The wall time over HTTP, ns, without the time of all loads of trust stores but one: a client that loads its root
    /// certificates when it is created does so for HTTP as well. 0 if there is no run over HTTP.
    pub(crate) fn with_one_load_over_http_ns(&self) -> u64 {
        let Some(http) = self.http else { return 0 };
        let (Sampling::Sampled(over_http), Sampling::Sampled(own)) = (&http.sampling, &self.pass.sampling) else {
            return http.wall_ns;
        };
        let one = own.in_trust_store.div_ceil(own.loads.max(1));
        let again_ns = over_http.in_trust_store.saturating_sub(one).saturating_mul(over_http.period_ns);
        http.wall_ns.saturating_sub((again_ns as f64 / Case::cores(http)) as u64)
    }

    /// The reason why loads of trust stores can't be judged: there are no stacks, or no symbols for them.
    pub(crate) fn loads_not_told(&self) -> Option<&'static str> {
        if !matches!(self.pass.sampling, Sampling::Sampled(_)) {
            return Some("the command's stacks were not sampled");
        }
        let is_compiled_as_it_runs =
            [Runtime::Java, Runtime::DotNet].iter().any(|one| self.pass.runtimes.contains(one));
        is_compiled_as_it_runs
            .then_some("it runs on a virtual machine, whose stacks don't show which function loads a trust store")
    }

    /// The mean number of connections that were at work at the same time, while any was. Their waiting times overlap.
    pub(crate) fn at_once(&self) -> f64 {
        let stretches = self.pass.connections.iter().flat_map(|one| one.stretches(self.pass.wall_ns));
        let at_work = stretches.filter(|one| !matches!(one.doing, Doing::Idle | Doing::Standing));
        let all: u64 = at_work.map(|one| one.until_ns - one.from_ns).sum();
        (all as f64 / self.overlap.at_work_ns.max(1) as f64).max(1.0)
    }

    /// How much shorter this run is if its connections save `total_ns` in total: their times overlap.
    pub(crate) fn saved(&self, total_ns: f64) -> u64 {
        ((total_ns.max(0.0) / self.at_once()) as u64).min(self.pass.wall_ns)
    }

    /// The length of the union of `spans`, ns.
    pub(crate) fn side_by_side(&self, spans: Vec<(u64, u64)>) -> u64 {
        overlap::merged(spans).into_iter().map(|(from, until)| until - from).sum()
    }

    /// Whether CPU was short within `spans`: the command's cgroup was throttled, the observer itself waited for a CPU,
    /// or threads of the machine did for most of the time. A process that was inactive then may have been ready to run.
    pub(crate) fn is_short_of_cpu(&self, spans: &[(u64, u64)]) -> bool {
        let (mut time, mut throttled, mut delayed, mut pressed) = (0_u64, 0.0, 0.0, 0.0);
        for pair in self.pass.cpu.readings.windows(2) {
            let [before, after] = pair else { continue };
            let common = |&(from, until): &(u64, u64)| until.min(after.at_ns).saturating_sub(from.max(before.at_ns));
            let within: u64 = spans.iter().map(common).sum();
            let part = within as f64 / after.at_ns.saturating_sub(before.at_ns).max(1) as f64;
            time += within;
            let grew = |of: fn(&CpuReading) -> u64| of(after).saturating_sub(of(before)) as f64 * part;
            throttled += grew(|reading| reading.throttled_ns);
            delayed += grew(|reading| reading.observer_delay_ns);
            pressed += grew(|reading| reading.pressure_ns);
        }
        let time = time.max(1) as f64;
        throttled / time >= SHORT || delayed / time >= SHORT || pressed / time >= PRESSED
    }

    /// Whether others than the command made CPU short for it.
    pub(crate) fn was_crowded(&self) -> bool {
        self.is_short_of_cpu(&[(0, self.pass.wall_ns)]) && self.cpu_share().is_none_or(|share| share < BUSY)
    }

    /// CPU time that the command used or was denied by its quota, ns.
    pub(crate) fn cpu_ns(pass: &ObservedRun) -> u64 {
        pass.cpu.total_ns + pass.cpu.readings.last().map_or(0, |reading| reading.throttled_ns)
    }

    /// Time for which the command's threads were ready and had no CPU, ns.
    pub(crate) fn queued_ns(pass: &ObservedRun) -> u64 {
        pass.cpu.readings.last().map_or(0, |reading| reading.queued_ns)
    }

    /// `total_ns` of the run, as ms per 1,000 requests.
    pub(crate) fn per_thousand(&self, total_ns: f64) -> f64 {
        total_ns.max(0.0) / 1e6 * 1_000.0 / (self.requests().max(1) as f64)
    }

    /// The time to set up a connection that satisfies `are_meant`: connecting and the handshake, ns. The median of such
    /// connections that were kept, or else of all connections.
    pub(crate) fn set_up_ns(&self, are_meant: impl Fn(&Connection) -> bool) -> u64 {
        let counts = &self.pass.counts;
        let meant = self.shaken().filter(|(connection, _)| are_meant(connection));
        let each = meant.filter_map(|(connection, handshake)| {
            let connect_ns = connection.connecting.connect_ns.unwrap_or(counts.connect.p50_ns);
            Some(connect_ns + handshake.finished_ns?.saturating_sub(handshake.began_ns?))
        });
        median(each.collect()).unwrap_or(counts.connect.p50_ns + counts.handshake.p50_ns)
    }

    /// A round trip to the servers of handshakes that satisfy `are_meant`, ns: the server's shortest turn in each,
    /// which contains one. The median of such handshakes that were kept, or else of all turns.
    pub(crate) fn round_trip_ns(&self, are_meant: impl Fn(&Handshake) -> bool) -> u64 {
        let meant = self.shaken().filter(|(_, handshake)| are_meant(handshake));
        median(meant.filter_map(|(_, handshake)| shortest_turn_ns(handshake)).collect())
            .unwrap_or(self.pass.counts.server_turns.p50_ns)
    }

    /// The kept connections whose handshake finished.
    pub(crate) fn shaken(&self) -> impl Iterator<Item = (&'a Connection, &'a Handshake)> {
        let finished = |connection: &'a Connection| {
            let handshake = connection.handshake.as_deref().filter(|handshake| handshake.finished_ns.is_some())?;
            Some((connection, handshake))
        };
        self.pass.connections.iter().filter_map(finished)
    }

    /// The number of kept connections that carried no request.
    pub(crate) fn unused(&self) -> u64 {
        let is_unused =
            |(connection, _): &(&Connection, _)| connection.exchanged == 0 || self.is_opening_alone(connection);
        self.shaken().filter(is_unused).count() as u64
    }

    /// Whether the client sent no more on `connection` than what opens an HTTP/2 connection.
    fn is_opening_alone(&self, connection: &Connection) -> bool {
        let sent: u64 = connection.exchanges.iter().map(|exchange| exchange.sent_bytes).sum();
        let answered = connection.exchanges.last().map_or(0, |exchange| exchange.answer_bytes);
        self.may_be_h2(connection) && sent > 0 && sent < H2_OPENING && answered < H2_ACKNOWLEDGED
    }

    /// The largest share of a core that the command may have used or waited for since the first connection opened;
    /// `None` with fewer than two readings.
    pub(crate) fn cpu_share(&self) -> Option<f64> {
        let from = self.pass.connections.first().map_or(0, |connection| connection.opened_ns);
        self.cpu_within(&[(from, self.pass.wall_ns)])
    }

    /// The largest share of a core that the command may have used or waited for within `spans`, which are sorted and
    /// don't overlap; `None` if there are no readings around them. CPU time between two readings may all lie within the
    /// spans, up to one core. So may CPU time that no reading contains, of processes that started and ended between two
    /// readings.
    pub(crate) fn cpu_within(&self, spans: &[(u64, u64)]) -> Option<f64> {
        let cpu = &self.pass.cpu;
        let mut used = cpu.total_ns.saturating_sub(cpu.readings.last()?.cpu_ns);
        let mut time = 0;
        // Both are sorted: a span that ended before this reading also ended before all later ones.
        let mut spans = spans;
        for pair in cpu.readings.windows(2) {
            let [before, after] = pair else { continue };
            spans = &spans[spans.partition_point(|(_, until)| *until <= before.at_ns)..];
            let met = spans.iter().take_while(|(from, _)| *from < after.at_ns);
            let within: u64 = met.map(|(from, until)| until.min(&after.at_ns) - from.max(&before.at_ns)).sum();
            time += within;
            let wanted = |reading: &CpuReading| reading.cpu_ns + reading.queued_ns;
            used += wanted(after).saturating_sub(wanted(before)).min(within);
        }
        (time > 0).then(|| used as f64 / time as f64)
    }

    /// How long the command was on a CPU, or waited for one, while some connection was at work. 0 without readings.
    pub(crate) fn cpu_at_work(&self) -> CpuAtWork {
        let spans = |is: fn(Doing) -> bool| {
            let stretches = self.pass.connections.iter().flat_map(|one| one.stretches(self.pass.wall_ns));
            overlap::merged(stretches.filter(|one| is(one.doing)).map(|one| (one.from_ns, one.until_ns)).collect())
        };
        let at_work = spans(|doing| !matches!(doing, Doing::Idle | Doing::Standing));
        let between = overlap::without(&at_work, &spans(|doing| matches!(doing, Doing::Waiting | Doing::Transferring)));
        let cpu_ns = |spans: &[(u64, u64)]| {
            let time: u64 = spans.iter().map(|(from, until)| until - from).sum();
            (self.cpu_within(spans).unwrap_or(0.0).min(1.0) * time as f64) as u64
        };
        CpuAtWork { all_ns: cpu_ns(&at_work), between_waits_ns: cpu_ns(&between) }
    }

    /// CPU time that the command used or waited for since its first connection, ns, at most that of one core. 0 without
    /// readings.
    pub(crate) fn cpu_after_start_ns(&self) -> u64 {
        let from = self.pass.connections.first().map_or(0, |connection| connection.opened_ns);
        let time = self.pass.wall_ns.saturating_sub(from);
        (self.cpu_share().unwrap_or(0.0).min(1.0) * time as f64) as u64
    }

    /// The spans of the client's turns of at least [`observation::HELD_NS`] in kept handshakes, merged.
    pub(crate) fn held_spans(&self) -> Vec<(u64, u64)> {
        overlap::merged(self.held_turns().map(|turn| (turn.from_ns, turn.until_ns)).collect())
    }

    fn held_turns(&self) -> impl Iterator<Item = &'a Turn> {
        let handshakes = self.pass.connections.iter().filter_map(|connection| connection.handshake.as_deref());
        let turns = handshakes.flat_map(|handshake| &handshake.turns);
        turns.filter(|turn| turn.of == Side::Client && turn.ns() >= observation::HELD_NS)
    }

    /// How many stalls held up handshakes. Handshakes that continue right after one another were held up by the same
    /// stall.
    pub(crate) fn stalls(&self) -> usize {
        let mut ends: Vec<u64> = self.held_turns().map(|turn| turn.until_ns).collect();
        ends.sort_unstable();
        let apart = ends.windows(2).filter(|pair| matches!(pair, [a, b] if b - a >= observation::HELD_NS)).count();
        apart + usize::from(!ends.is_empty())
    }

    /// The span from the first connection's opening to the end of the last response, ns since the run began; `None`
    /// without a request.
    pub(crate) fn active(&self) -> Option<(u64, u64)> {
        active(self.pass)
    }
}

/// The same for `pass`.
pub(crate) fn active(pass: &ObservedRun) -> Option<(u64, u64)> {
    let opened = pass.connections.first()?.opened_ns;
    let kept = pass.connections.iter().flat_map(|connection| &connection.exchanges);
    let kept = kept.filter_map(|exchange| exchange.last_ns).max()?;
    if concurrency::are_all_kept(pass) {
        return Some((opened, kept));
    }
    let levels = &pass.levels;
    let last = levels.moments.iter().rposition(|moment| moment.waiting + moment.transferring > 0.0);
    let seen = last.map_or(0, |at| (at as u64 + 1) * levels.moment_ns).min(pass.wall_ns);
    Some((opened, kept.max(seen)))
}

/// The server's shortest turn in a handshake, ns.
pub(crate) fn shortest_turn_ns(handshake: &Handshake) -> Option<u64> {
    handshake.turns.iter().filter(|turn| turn.of == Side::Server).map(Turn::ns).min()
}

/// The median, the greater of two middle values; `None` if there are none.
fn median(mut all: Vec<u64>) -> Option<u64> {
    all.sort_unstable();
    all.get(all.len() / 2).copied()
}

/// Whether all requests of a run that was meant to use HTTP did use it.
fn is_over_http(pass: &ObservedRun) -> bool {
    pass.counts.tls == 0 && pass.origin.as_ref().is_some_and(|origin| origin.requests > 0)
}
