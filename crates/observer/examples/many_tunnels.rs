//! Measures how long a new connection waits while thousands of tunnels end at the same time.
//!
//! `cargo run --release -p tlstax-observer --example many_tunnels [-- TUNNELS]` opens that many tunnels (9,000) through the
//! proxy, ends all of them at once, and opens one after another meanwhile. It does so twice: with a server that ends
//! its connections when the client does, and with one that does nothing, so that the proxy must find out that nobody
//! listens any more. For each it prints how long the slowest new tunnel took, and the CPU time of the proxy. Clients,
//! servers and the proxy are processes of their own, since each needs two open files of a tunnel or one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use measure::clock::own_cpu_ns;
use observation::Recorder;
use observer::{Allowed, Proxy, Upstream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const TUNNELS: usize = 9_000;

/// How long new tunnels are opened after the others have ended, and the pause between two of them.
const PROBED: Duration = Duration::from_secs(12);
const PAUSE: Duration = Duration::from_millis(20);

/// What a server does when its client has ended its direction.
const CLOSES: &str = "closes";
const STAYS: &str = "stays";

fn main() -> Result<(), Failure> {
    measure::process::raise_open_files()?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["server", manner] => serve(*manner == CLOSES),
        ["client", tunnels, proxy, authorization, server] => {
            probe(tunnels.parse()?, proxy.parse()?, authorization, server)
        }
        [] => both(TUNNELS),
        [tunnels] => both(tunnels.parse()?),
        _ => Err("usage: many_tunnels [TUNNELS]".into()),
    }
}

fn both(tunnels: usize) -> Result<(), Failure> {
    for manner in [CLOSES, STAYS] {
        let recorder = Recorder::default();
        recorder.begin(measure::clock::now_ns());
        let proxy = Proxy::start(Vec::new(), Allowed::default(), Upstream::default(), recorder)?;
        let (user, password) = proxy.credentials();
        let authorization = BASE64_STANDARD.encode(format!("{user}:{password}"));
        let (mut server, mut said) = start(&["server", manner])?;
        let address = line(&mut said)?;
        let (tunnels, port) = (tunnels.to_string(), proxy.address().to_string());
        let (mut client, mut said) = start(&["client", &tunnels, &port, &authorization, &address])?;
        line(&mut said)?;
        let before = own_cpu_ns();
        let slowest = line(&mut said)?;
        let cpu = Duration::from_nanos(own_cpu_ns() - before);
        client.wait()?;
        server.kill()?;
        server.wait()?;
        writeln!(
            std::io::stdout(),
            "{tunnels} tunnels end, the server {manner}: {slowest}; the proxy's CPU time {cpu:.2?}"
        )?;
    }
    Ok(())
}

fn start(arguments: &[&str]) -> Result<(Child, BufReader<ChildStdout>), Failure> {
    let mut child = Command::new(std::env::current_exe()?).args(arguments).stdout(Stdio::piped()).spawn()?;
    let said = child.stdout.take().ok_or("no pipe")?;
    Ok((child, BufReader::new(said)))
}

fn line(said: &mut impl BufRead) -> Result<String, Failure> {
    let mut line = String::new();
    said.read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}

fn serve(closes: bool) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
        loop {
            let (mut stream, _) = listener.accept().await?;
            tokio::spawn(async move {
                // Nothing is sent.
                while matches!(stream.read(&mut [0; 16]).await, Ok(1..)) {}
                if closes {
                    let _ = stream.shutdown().await;
                } else {
                    std::future::pending::<()>().await;
                }
            });
        }
    })
}

fn probe(tunnels: usize, proxy: SocketAddr, authorization: &str, server: &str) -> Result<(), Failure> {
    let open = (0..tunnels).map(|_| tunnel(proxy, authorization, server)).collect::<Result<Vec<_>, _>>()?;
    writeln!(std::io::stdout(), "open")?;
    let begun = Instant::now();
    drop(open);
    let ended = begun.elapsed();
    let mut took = Vec::new();
    while begun.elapsed() < PROBED {
        let asked = Instant::now();
        tunnel(proxy, authorization, server)?;
        took.push(asked.elapsed());
        std::thread::sleep(PAUSE);
    }
    took.sort_unstable();
    let (slowest, median) = (took.last().ok_or("none")?, took.get(took.len() / 2).ok_or("none")?);
    writeln!(
        std::io::stdout(),
        "ending took {ended:.2?}, of {} new ones the slowest {slowest:.2?}, the median {median:.2?}",
        took.len()
    )?;
    Ok(())
}

/// Opens a tunnel and waits for the proxy's response.
fn tunnel(proxy: SocketAddr, authorization: &str, server: &str) -> Result<TcpStream, Failure> {
    let mut stream = TcpStream::connect(proxy)?;
    write!(stream, "CONNECT {server} HTTP/1.1\r\nProxy-Authorization: Basic {authorization}\r\n\r\n")?;
    let (mut answer, mut buffer) = (Vec::new(), [0; 256]);
    while !answer.ends_with(b"\r\n\r\n") {
        match stream.read(&mut buffer)? {
            0 => return Err(format!("the proxy ends: {}", String::from_utf8_lossy(&answer)).into()),
            read => answer.extend(buffer.iter().take(read)),
        }
    }
    if answer.starts_with(b"HTTP/1.1 200") { Ok(stream) } else { Err(String::from_utf8_lossy(&answer).into()) }
}
