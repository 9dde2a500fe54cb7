//! One run of the command beside whatever sees its connections, and all of it put together.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::time::Duration;

use observation::{Pass, Recorder, Transport};
use procfs::net::TcpState;

use crate::clock::now_ns;
use crate::command::{self, Contention, Interrupts, Outcome, Watch};
use crate::port_forwarder::StandIn;
use crate::proxy::Proxy;
use crate::trust_store::Samples;
use crate::{Error, Variables, open_files};

/// How to run the command.
pub struct Settings<'a> {
    /// The command, its placeholders filled in.
    pub command: &'a [OsString],
    /// What its environment is given.
    pub variables: &'a Variables,
    /// It is ended after this long, with all that it started.
    pub timeout: Option<Duration>,
    /// Whether it is sampled.
    pub sample: bool,
    /// What this pass fetches from.
    pub transport: Transport,
}

/// What its connections come by. Both are given, where there are two ports to see.
pub enum Through {
    /// Ports that stand in for an origin's.
    StandIns(Vec<StandIn>),
    /// A proxy.
    Proxy(Proxy),
}

impl Through {
    fn addresses(&self) -> Vec<SocketAddr> {
        match self {
            Through::StandIns(all) => all.iter().map(StandIn::address).collect(),
            Through::Proxy(proxy) => vec![proxy.address()],
        }
    }
}

/// Runs the command to its end, and gives what was seen, without what the origin saw, and the exit code that it left.
/// `through` has ended then.
///
/// # Errors
/// The command can't be started, or its end not be waited for.
pub fn run(
    settings: &Settings<'_>,
    through: Through,
    recorder: &Recorder,
    interrupts: &mut Interrupts,
) -> Result<(Pass, u8), Error> {
    let open_files = open_files::raise();
    let contention = Contention::begin();
    let began_ns = now_ns();
    // Before the command can connect.
    recorder.begin(began_ns);
    interrupts.hold();
    let watched = command(settings, &through, open_files, began_ns, contention, interrupts);
    // What follows takes a while, and the user may have had enough.
    interrupts.release();
    let (watched, samples) = watched?;
    // What the kernel still holds of the command's last bytes is seen before the lanes are.
    if !(recorder.is_untouched() && nobody_waits(&through.addresses())) {
        std::thread::sleep(LAST_BYTES);
    }
    recorder.end(now_ns());
    let (no_proxy, upstream) = match &through {
        Through::Proxy(proxy) => (Variables::no_proxy(), proxy.upstream()),
        Through::StandIns(_) => (None, None),
    };
    drop(through);
    let kept = recorder.finish();
    let sampling =
        samples.map_or(observation::Sampling::NotAsked, |samples| samples.finish(&kept.connections, began_ns));
    let pass = Pass {
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

/// Runs the command itself, from its start to its end.
fn command(
    settings: &Settings<'_>,
    through: &Through,
    open_files: Option<(u64, u64)>,
    began_ns: u64,
    contention: Contention,
    interrupts: &mut Interrupts,
) -> Result<(Outcome, Option<Samples>), Error> {
    let started = command::start(settings.command, settings.variables, open_files, began_ns, contention)?;
    if let Through::Proxy(proxy) = through {
        proxy.belongs_to(started.pid, started.others.clone());
    }
    let samples = settings.sample.then(|| Samples::start(started.pid));
    let observers = through.addresses();
    let watched = started.watch(Watch { observers: &observers, timeout: settings.timeout, interrupts })?;
    Ok((watched, samples))
}

/// How long the event loop is given for what the command's end has left it to do.
const LAST_BYTES: Duration = Duration::from_millis(20);

/// Whether the kernel holds no connection to any of `observers`, accepted or not (`/proc/net/tcp`, proc_pid_net(5)).
fn nobody_waits(observers: &[SocketAddr]) -> bool {
    let Ok(sockets) = procfs::net::tcp() else { return false };
    let mut ours = sockets.iter().filter(|socket| observers.contains(&socket.local_address));
    ours.all(|socket| socket.state == TcpState::Listen && socket.rx_queue == 0)
}
