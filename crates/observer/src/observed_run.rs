//! Runs the command once, with its connections observed, and assembles the result.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::time::Duration;

use observation::{ObservedRun, Recorder, Transport};
use procfs::net::TcpState;

use crate::clock::now_ns;
use crate::command::{self, Contention, Interrupts, Outcome, WatchOptions};
use crate::port_forwarder::PortForwarder;
use crate::proxy::Proxy;
use crate::trust_store::Samples;
use crate::{Error, Variables, open_files};

/// How the command is run.
pub struct Settings<'a> {
    /// The command line, with its placeholders filled in.
    pub command: &'a [OsString],
    /// Variables that are set in its environment.
    pub variables: &'a Variables,
    /// The command and all its descendants are killed after this long.
    pub timeout: Option<Duration>,
    /// Whether its call stacks are sampled.
    pub sample: bool,
    /// What this run fetches from.
    pub transport: Transport,
}

/// What the command's connections pass through.
pub enum Intermediary {
    /// Ports that forward to an origin.
    PortForwarders(Vec<PortForwarder>),
    /// A proxy.
    Proxy(Proxy),
}

impl Intermediary {
    fn addresses(&self) -> Vec<SocketAddr> {
        match self {
            Intermediary::PortForwarders(all) => all.iter().map(PortForwarder::address).collect(),
            Intermediary::Proxy(proxy) => vec![proxy.address()],
        }
    }
}

/// Runs the command to its end. Returns what was observed, without what the origin saw, and the command's exit code.
/// Then `intermediary` has ended too.
///
/// # Errors
/// The command can't be started, or it is not possible to wait for its end.
pub fn run(
    settings: &Settings<'_>,
    intermediary: Intermediary,
    recorder: &Recorder,
    interrupts: &mut Interrupts,
) -> Result<(ObservedRun, u8), Error> {
    let open_files = open_files::raise();
    let contention = Contention::begin();
    let began_ns = now_ns();
    // This must precede the command's first connection.
    recorder.begin(began_ns);
    interrupts.hold();
    let watched = command(settings, &intermediary, open_files, began_ns, contention, interrupts);
    // What follows takes a while, in which the user must be able to interrupt.
    interrupts.release();
    let (watched, samples) = watched?;
    // The event loops read the command's last bytes from the kernel before the trackers end.
    if !(recorder.is_untouched() && nobody_waits(&intermediary.addresses())) {
        std::thread::sleep(LAST_BYTES);
    }
    recorder.end(now_ns());
    let (no_proxy, upstream) = match &intermediary {
        Intermediary::Proxy(proxy) => (Variables::no_proxy(), proxy.upstream()),
        Intermediary::PortForwarders(_) => (None, None),
    };
    drop(intermediary);
    let kept = recorder.finish();
    let sampling =
        samples.map_or(observation::Sampling::NotAsked, |samples| samples.finish(&kept.connections, began_ns));
    let pass = ObservedRun {
        transport: settings.transport,
        ended: watched.ended,
        wall_ns: watched.ended_ns.saturating_sub(began_ns),
        cpu: watched.cpu,
        runtimes: watched.programs.finish(),
        counts: kept.counts,
        hosts: kept.hosts,
        levels: kept.levels,
        connections: kept.connections,
        origin: None,
        direct: watched.direct,
        sampling,
        left_running: watched.left_running,
        no_proxy,
        upstream,
    };
    Ok((pass, watched.code))
}

/// Runs the command from its start to its end.
fn command(
    settings: &Settings<'_>,
    intermediary: &Intermediary,
    open_files: Option<(u64, u64)>,
    began_ns: u64,
    contention: Contention,
    interrupts: &mut Interrupts,
) -> Result<(Outcome, Option<Samples>), Error> {
    let started = command::start(settings.command, settings.variables, open_files, began_ns, contention)?;
    if let Intermediary::Proxy(proxy) = intermediary {
        proxy.belongs_to(started.pid, started.others.clone());
    }
    let samples = settings.sample.then(|| Samples::start(started.pid));
    let observers = intermediary.addresses();
    let watched = started.watch(WatchOptions { observers: &observers, timeout: settings.timeout, interrupts })?;
    Ok((watched, samples))
}

/// How long the event loops get to handle what was still buffered when the command ended.
const LAST_BYTES: Duration = Duration::from_millis(20);

/// Whether the kernel has no connection to any of `observers`, accepted or not (`/proc/net/tcp`, proc_pid_net(5)).
fn nobody_waits(observers: &[SocketAddr]) -> bool {
    let Ok(sockets) = procfs::net::tcp() else { return false };
    let mut ours = sockets.iter().filter(|socket| observers.contains(&socket.local_address));
    ours.all(|socket| socket.state == TcpState::Listen && socket.rx_queue == 0)
}
