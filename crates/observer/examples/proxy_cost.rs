//! Measures what the proxy costs the observed command: the same fetches with and without it, in turns.
//!
//! `cargo build --release -p tlstax-origin && cargo run --release -p tlstax-observer --example proxy_cost` prints its
//! figures with their ranges: wall time of 1,000 requests over new HTTPS connections at 64 in flight from a server that
//! takes 20 ms; the time that the proxy adds to a handshake with nothing else in progress; and its own CPU time per
//! connection, beside that of a bare relay: a proxy of a few lines on the same runtime that forwards bytes and records
//! nothing. What both cost is mostly the kernel's work for two connections more. An example and no benchmark of
//! Criterion's, because the routes take turns, round by round.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use measure::clock::own_cpu_ns;
use nix::time::{ClockId, clock_gettime};
use observation::Recorder;
use observer::{Allowed, Proxy, Upstream};
use origin::{Authority, EmbeddedProgram, Kind, Launch, Origin};
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, RootCertStore};
use stats::Estimate;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, LocalSet};
use tokio_rustls::TlsConnector;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const REQUESTS: usize = 1_000;
const IN_FLIGHT: usize = 64;
const SERVICE: Duration = Duration::from_millis(20);
/// The number of rounds. It is a multiple of the number of routes, each of which goes first in a third of them.
const ROUNDS: usize = 66;
/// Handshakes per route and round, one after another.
const ALONE: usize = 50;
/// The pause after each of them.
const QUIET: Duration = Duration::from_millis(2);

/// The route of a fetch to the origin.
#[derive(Clone)]
struct Route {
    origin: SocketAddr,
    /// The proxy, and the credentials for it.
    proxy: Option<(SocketAddr, Arc<str>)>,
    tls: TlsConnector,
}

impl Route {
    /// Opens a connection. Returns it with the duration of its handshake.
    async fn connect(&self) -> Result<(tokio_rustls::client::TlsStream<TcpStream>, Duration), Failure> {
        let stream = match &self.proxy {
            None => TcpStream::connect(self.origin).await?,
            Some((proxy, authorization)) => tunnel(*proxy, authorization, self.origin).await?,
        };
        stream.set_nodelay(true)?;
        let begun = Instant::now();
        let stream = self.tls.connect(ServerName::try_from("localhost")?, stream).await?;
        Ok((stream, begun.elapsed()))
    }

    async fn fetch(&self) -> Result<(), Failure> {
        let (mut stream, _) = self.connect().await?;
        stream.write_all(b"GET /get HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        if answer.starts_with(b"HTTP/1.1 200") { Ok(()) } else { Err("not answered".into()) }
    }

    /// The wall time of all requests.
    async fn all(&self) -> Result<f64, Failure> {
        let begun = Instant::now();
        let slots = Arc::new(Semaphore::new(IN_FLIGHT));
        let mut fetches = JoinSet::new();
        for _ in 0..REQUESTS {
            let slot = Arc::clone(&slots).acquire_owned().await?;
            let way = self.clone();
            fetches.spawn(async move {
                let outcome = way.fetch().await;
                drop(slot);
                outcome
            });
        }
        while let Some(outcome) = fetches.join_next().await {
            outcome??;
        }
        Ok(begun.elapsed().as_secs_f64())
    }
}

/// How long a handshake takes while nothing else runs, µs.
async fn alone(way: &Route) -> Result<f64, Failure> {
    let (stream, took) = way.connect().await?;
    drop(stream);
    // Closing the previous connection has completed by then.
    tokio::time::sleep(QUIET).await;
    Ok(took.as_secs_f64() * 1e6)
}

async fn tunnel(proxy: SocketAddr, authorization: &str, origin: SocketAddr) -> Result<TcpStream, Failure> {
    let mut stream = TcpStream::connect(proxy).await?;
    stream.set_nodelay(true)?;
    let head = format!("CONNECT {origin} HTTP/1.1\r\nProxy-Authorization: {authorization}\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut answer).await? == 0 {
            return Err("the proxy hung up".into());
        }
    }
    if answer.starts_with(b"HTTP/1.1 200") { Ok(stream) } else { Err(String::from_utf8_lossy(&answer).into()) }
}

/// Answers each CONNECT and forwards bytes both ways, on a thread of its own: the least that a proxy on this runtime
/// does. Returns its address.
fn bare_relay() -> Result<SocketAddr, Failure> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let serving = move || runtime.block_on(LocalSet::new().run_until(accept(listener)));
    std::thread::Builder::new().name("bare-relay".to_owned()).spawn(serving)?;
    Ok(address)
}

/// Relays every connection until the process ends, or accepting fails.
async fn accept(listener: std::net::TcpListener) -> Result<Infallible, Failure> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (client, _) = listener.accept().await?;
        tokio::task::spawn_local(relay(client));
    }
}

async fn relay(mut client: TcpStream) -> Result<(), Failure> {
    let mut head = Vec::with_capacity(1 << 10);
    while !head.ends_with(b"\r\n\r\n") {
        if client.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let target = head.split(|byte| *byte == b' ').nth(1).ok_or("a request line without a target")?;
    let mut server = TcpStream::connect(std::str::from_utf8(target)?).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

/// The median with its 95 % confidence interval.
fn told(all: &[f64]) -> Result<String, Failure> {
    let Estimate { median, low, high, .. } = Estimate::of(all).ok_or("nothing was measured")?;
    Ok(format!("{median:.3} ({low:.3} to {high:.3})"))
}

/// The routes that take turns.
struct Routes {
    direct: Route,
    proxied: Route,
    bare: Route,
}

/// The measurements of all routes in one round.
#[derive(Default)]
struct Round {
    /// Wall time of all requests, s.
    without_s: f64,
    with_s: f64,
    /// The median handshake while nothing else runs, µs.
    alone_us: f64,
    /// The median of what the proxy added to such a handshake, µs.
    added_us: f64,
    /// CPU time of the proxy per connection, µs.
    cpu_us: f64,
    /// CPU time of the bare relay per connection, µs.
    bare_us: f64,
}

impl Round {
    /// Measures one round. The routes take turns in going first.
    async fn take(number: usize, routes: &Routes) -> Result<Round, Failure> {
        let Routes { direct, proxied, bare } = routes;
        let mut round = Round::default();
        let mut order = [direct, proxied, bare];
        order.rotate_left(number % 3);
        for route in order {
            let before = others_cpu_ns()?;
            let wall_s = route.all().await?;
            let cpu_us = (others_cpu_ns()? - before) as f64 / 1e3 / REQUESTS as f64;
            if std::ptr::eq(route, direct) {
                round.without_s = wall_s;
            } else if std::ptr::eq(route, proxied) {
                (round.with_s, round.cpu_us) = (wall_s, cpu_us);
            } else {
                round.bare_us = cpu_us;
            }
        }
        // The routes alternate handshake by handshake, because idle CPUs take longer to wake up at some times than at
        // others.
        let mut pairs = Vec::new();
        for _ in 0..ALONE {
            pairs.push((alone(direct).await?, alone(proxied).await?));
        }
        let alone: Vec<f64> = pairs.iter().map(|(without, _)| *without).collect();
        round.alone_us = Estimate::of(&alone).ok_or("no handshake was made")?.median;
        round.added_us = Estimate::of_differences(&pairs).ok_or("no handshake was made")?.median;
        Ok(round)
    }
}

async fn measure(routes: &Routes) -> Result<(), Failure> {
    let mut rounds = Vec::new();
    for number in 0..=ROUNDS {
        let round = Round::take(number, routes).await?;
        // The first round is a warm-up.
        if number > 0 {
            rounds.push(round);
        }
    }
    let figure = |of: fn(&Round) -> f64| told(&rounds.iter().map(of).collect::<Vec<_>>());
    let ratio = figure(|round| round.with_s / round.without_s)?;
    let lines = [
        format!("wall with the proxy / without, {REQUESTS} requests, {IN_FLIGHT} in flight, 20 ms each: {ratio}"),
        format!("wall without, s: {}", figure(|round| round.without_s)?),
        format!("added to a handshake alone (median of {ALONE}), µs: {}", figure(|round| round.added_us)?),
        format!("a handshake alone without, µs: {}", figure(|round| round.alone_us)?),
        format!("CPU time of the proxy per connection, µs: {}", figure(|round| round.cpu_us)?),
        format!("CPU time of a bare relay per connection, µs: {}", figure(|round| round.bare_us)?),
        format!("CPU time of the proxy / of a bare relay: {}", figure(|round| round.cpu_us / round.bare_us)?),
    ];
    terminal::write(&(lines.join("\n") + "\n"))?;
    Ok(())
}

/// CPU time of all other threads, ns. It is the proxy's, because the client runs on this thread.
fn others_cpu_ns() -> Result<u64, Failure> {
    let own = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)?;
    let own = u64::try_from(Duration::from(own).as_nanos())?;
    Ok(own_cpu_ns().saturating_sub(own))
}

fn main() -> Result<(), Failure> {
    let exe = std::env::current_exe()?;
    let beside = exe.parent().and_then(|dir| dir.parent()).ok_or("this program's folder is not known")?;
    let service_ns = SERVICE.as_nanos().to_string();
    let program = EmbeddedProgram {
        exe: beside.join("tlstax-origin"),
        leading_args: vec!["--service-ns".to_owned(), service_ns],
    };
    let authority = Authority::create()?;
    let origin = Origin::start(&Launch::new(Kind::Embedded(program), authority.chain_file(), authority.key_file()))?;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority.root_file())?)?;
    // The provider is named explicitly, because another package of the same build may enable a second one.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let tls = TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth()));
    let recorder = Recorder::default();
    let proxy = Proxy::start(Vec::new(), Allowed::default(), Upstream::default(), recorder)?;
    let (user, password) = proxy.credentials();
    let authorization = format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")));
    let origin_address = *origin.ready().https.first().ok_or("the origin listens nowhere")?;
    let direct = Route { origin: origin_address, proxy: None, tls };
    let authorization: Arc<str> = authorization.into();
    let proxied = Route { proxy: Some((proxy.address(), Arc::clone(&authorization))), ..direct.clone() };
    let bare = Route { proxy: Some((bare_relay()?, authorization)), ..direct.clone() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure(&Routes { direct, proxied, bare }))
}
