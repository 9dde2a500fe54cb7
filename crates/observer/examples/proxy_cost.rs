//! What the proxy costs the one who is observed: the same fetches with it and without, in turns.
//!
//! `cargo build --release -p origin && cargo run --release -p observer --example proxy_cost` prints three figures with their
//! ranges: wall time of 1,000 requests over new HTTPS connections at 64 in flight from a server that takes 20 ms; the time
//! that the proxy adds to a handshake with nothing else under way; and its own CPU time per connection. An example and no
//! benchmark of Criterion's, because the two sides take turns, pair by pair.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use measure::clock::own_cpu_ns;
use nix::time::{ClockId, clock_gettime};
use observation::Recorder;
use observer::{Allowed, Proxy};
use origin::{Authority, EmbeddedProgram, Kind, Launch, Origin};
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const REQUESTS: usize = 1_000;
const IN_FLIGHT: usize = 64;
const SERVICE: Duration = Duration::from_millis(20);
const ROUNDS: usize = 21;
/// Handshakes of each side and round, one after the other.
const ALONE: usize = 50;

/// How a fetch gets to the origin.
#[derive(Clone)]
struct Way {
    origin: SocketAddr,
    /// The proxy, and what opens it.
    proxy: Option<(SocketAddr, Arc<str>)>,
    tls: TlsConnector,
}

impl Way {
    /// A new connection, and how long its handshake took.
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

    /// The median handshake with nothing else under way, µs.
    async fn alone(&self) -> Result<f64, Failure> {
        let mut all = Vec::new();
        for _ in 0..ALONE {
            all.push(self.connect().await?.1.as_secs_f64() * 1e6);
        }
        Ok(median(&mut all))
    }
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

fn median(all: &mut [f64]) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// The median, and the interval that holds it with 95 % (of 21, the 6th and the 16th by order: binomial).
fn told(mut all: Vec<f64>) -> String {
    let middle = median(&mut all);
    format!("{middle:.3} ({:.3} to {:.3})", all[5], all[15])
}

#[expect(clippy::print_stdout, reason = "what an example is for")]
async fn measure(direct: &Way, proxied: &Way) -> Result<(), Failure> {
    let (mut walls, mut added, mut costs) = (Vec::new(), Vec::new(), Vec::new());
    let (mut direct_walls, mut direct_handshakes) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (without, alone) = (direct.all().await?, direct.alone().await?);
        let proxy_before = others_cpu_ns()?;
        let with = proxied.all().await?;
        let cost = others_cpu_ns()? - proxy_before;
        let alone_with = proxied.alone().await?;
        // The first warms everything up.
        if round > 0 {
            walls.push(with / without);
            added.push(alone_with - alone);
            costs.push(cost as f64 / 1e3 / REQUESTS as f64);
            direct_walls.push(without);
            direct_handshakes.push(alone);
        }
    }
    println!("wall with the proxy / without, {REQUESTS} requests, {IN_FLIGHT} in flight, 20 ms each: {}", told(walls));
    println!("wall without, s: {}", told(direct_walls));
    println!("added to a handshake alone (median of {ALONE}), µs: {}", told(added));
    println!("a handshake alone without, µs: {}", told(direct_handshakes));
    println!("CPU time of the proxy per connection, µs: {}", told(costs));
    Ok(())
}

/// CPU time of all threads but this one, ns: the proxy's, since the client runs on this one.
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
    let tls = TlsConnector::from(Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()));
    let recorder = Recorder::default();
    let proxy = Proxy::start(Vec::new(), Allowed::default(), recorder)?;
    let (user, password) = proxy.credentials();
    let authorization = format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")));
    let origin_address = *origin.ready().https.first().ok_or("the origin listens nowhere")?;
    let direct = Way { origin: origin_address, proxy: None, tls };
    let proxied = Way { proxy: Some((proxy.address(), authorization.into())), ..direct.clone() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure(&direct, &proxied))
}
