//! A server that records every connection: how its handshake went, for which host, with which ticket it was resumed,
//! and how many requests it carried; and jobs that fetch from it.

mod tickets;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;
use std::time::Duration;

use certificates::{Authority, Leaf};
use measure::protocol::{Job, Seen, Target, VERSION};
use params::{Group, TlsVersion};
use rustls::crypto::{CryptoProvider, SupportedKxGroup, aws_lc_rs};
use rustls::server::NoServerSessionStorage;
use rustls::{HandshakeKind, ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use workload::{Workload, catalog};

/// The TLS stacks of the catalog; the one without TLS is none.
pub(crate) fn secure_stacks() -> impl Iterator<Item = &'static catalog::Stack> + Clone {
    catalog::stacks::ALL.iter().copied().filter(|stack| stack.library.is_some())
}

/// Every model with every client that runs in it, as the beginning of a cell's name, with the client's entry.
pub(crate) fn pairs() -> Vec<(String, &'static catalog::Client)> {
    let cells = fetch::cells_of(&[workload::Connection::NewConn]).into_iter().filter(|cell| !cell.is_tls());
    cells
        .map(|cell| (format!("{}/{}", cell.model, cell.client), catalog::client_named(&cell.client).unwrap()))
        .collect()
}

/// Every client whose figures are compared, each in the last of its models.
pub(crate) fn clients() -> Vec<String> {
    let last = |client: &&catalog::Client| pairs().into_iter().rev().find(|(_, other)| other.name == client.name);
    let compared = catalog::clients::ALL.iter().copied().filter(|client| client.terms.compares());
    compared.map(|client| last(&client).unwrap().0).collect()
}

pub(crate) static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| Authority::create().unwrap());

/// The server's protocol parameters.
#[derive(Clone, Copy)]
pub(crate) struct Pins {
    pub(crate) version: TlsVersion,
    pub(crate) group: Group,
    pub(crate) tickets: bool,
    pub(crate) leaf: Leaf,
}

impl Default for Pins {
    fn default() -> Pins {
        Pins { version: TlsVersion::Tls13, group: Group::X25519, tickets: false, leaf: Leaf::Good }
    }
}

/// One connection as the server saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Connection {
    /// Its place in the order of accepting.
    pub(crate) number: usize,
    /// Which of the server's ports it came to.
    pub(crate) port: u16,
    /// The host in the ClientHello; empty without TLS.
    pub(crate) host: String,
    pub(crate) resumed: bool,
    /// The key-exchange group, in the ledger's spelling.
    pub(crate) group: String,
    /// The connection on which its ticket was issued.
    pub(crate) parent: Option<usize>,
    pub(crate) requests: u64,
}

/// Ports of a server: as many as any test has slots.
const PORTS: usize = 4;

/// A server on ports of its own, until it is dropped.
pub(crate) struct Server {
    addrs: Vec<SocketAddr>,
    secure: bool,
    seen: Arc<Mutex<Vec<Connection>>>,
    over: Arc<AtomicBool>,
}

impl Server {
    pub(crate) fn plain() -> Server {
        Server::start(None)
    }

    pub(crate) fn secure(pins: Pins) -> Server {
        Server::start(Some(config(pins)))
    }

    fn start(config: Option<Arc<ServerConfig>>) -> Server {
        let listeners: Vec<TcpListener> = (0..PORTS).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let server = Server {
            addrs: listeners.iter().map(|listener| listener.local_addr().unwrap()).collect(),
            secure: config.is_some(),
            seen: Arc::default(),
            over: Arc::default(),
        };
        let accepted = Arc::new(AtomicUsize::new(0));
        for listener in listeners {
            let (config, accepted) = (config.clone(), Arc::clone(&accepted));
            let (seen, over) = (Arc::clone(&server.seen), Arc::clone(&server.over));
            thread::spawn(move || {
                for stream in listener.incoming() {
                    if over.load(Relaxed) {
                        return;
                    }
                    let (number, config, seen) = (accepted.fetch_add(1, Relaxed), config.clone(), Arc::clone(&seen));
                    thread::spawn(move || serve(number, stream.unwrap(), config, &seen));
                }
            });
        }
        server
    }

    /// Every connection whose handshake was completed, in the order of accepting.
    pub(crate) fn connections(&self) -> Vec<Connection> {
        let mut seen = self.seen.lock().unwrap().clone();
        seen.sort_by_key(|connection| connection.number);
        seen
    }

    pub(crate) fn resumed(&self) -> usize {
        self.connections().iter().filter(|connection| connection.resumed).count()
    }

    /// A job for `cell`: this many requests, this many at once, to hosts that take turns on the first port.
    pub(crate) fn job(&self, cell: &str, requests: u64, at_once: u32, hosts: usize) -> Job {
        let scheme = if self.secure { "https" } else { "http" };
        let of_number = |number| target(scheme, &format!("host-{number}.tlstax.test"), self.addrs[0]);
        let cell: workload::Cell = cell.parse().unwrap();
        Job {
            protocol: VERSION,
            workload: Workload::of(
                "/ok".parse().unwrap(),
                workload::Amount::Requests(requests.try_into().unwrap()),
                at_once.try_into().unwrap(),
            ),
            targets: (0..hosts).map(of_number).collect(),
            trust_file: self.secure.then(|| AUTHORITY.root_file()),
            insecure: false,
            body_file: None,
            groups: vec![cell.axes.group.registered().to_owned()],
            workers: 2,
            seed: 1,
            cell,
        }
    }
}

impl Server {
    /// As [`Server::job`], of one host whose ports take turns.
    pub(crate) fn job_of_ports(&self, cell: &str, requests: u64, at_once: u32) -> Job {
        let scheme = if self.secure { "https" } else { "http" };
        let targets = self.addrs.iter().map(|addr| target(scheme, "localhost", *addr)).collect();
        Job { targets, ..self.job(cell, requests, at_once, 1) }
    }
}

fn target(scheme: &str, host: &str, addr: SocketAddr) -> Target {
    Target { url: format!("{scheme}://{host}:{}/ok", addr.port()), host: host.to_owned(), addr }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Relaxed);
        for addr in &self.addrs {
            let _ = TcpStream::connect(addr);
        }
    }
}

/// Runs a job to its end: the results of the measured part, or why it could not be prepared.
pub(crate) fn run(job: &Job) -> Result<Seen, String> {
    let mut prepared = fetch::Prepared::new(job).map_err(|error| error.to_string())?;
    let recorder = prepared.recorder();
    prepared.run(&recorder);
    Ok(prepared.seen(&recorder).unwrap())
}

/// A trust store in a file of its own, which a test may spoil.
pub(crate) fn trust_file_in(folder: &Path) -> PathBuf {
    let file = folder.join("trust.pem");
    std::fs::copy(AUTHORITY.root_file(), &file).unwrap();
    file
}

fn config(pins: Pins) -> Arc<ServerConfig> {
    let issued = AUTHORITY.issue(pins.leaf).unwrap();
    let version = match pins.version {
        TlsVersion::Tls12 => &rustls::version::TLS12,
        TlsVersion::Tls13 => &rustls::version::TLS13,
    };
    let group: &'static dyn SupportedKxGroup = match pins.group {
        Group::X25519 => aws_lc_rs::kx_group::X25519,
        Group::X25519MlKem768 => aws_lc_rs::kx_group::X25519MLKEM768,
        Group::Secp256r1 => aws_lc_rs::kx_group::SECP256R1,
    };
    let provider = CryptoProvider { kx_groups: vec![group], ..aws_lc_rs::default_provider() };
    let chain = CertificateDer::pem_file_iter(issued.chain_file).unwrap().map(Result::unwrap).collect();
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(issued.key_file).unwrap())
        .unwrap();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = usize::from(pins.tickets);
    if pins.tickets {
        config.ticketer = Arc::new(tickets::Tickets::default());
    }
    Arc::new(config)
}

fn serve(number: usize, mut tcp: TcpStream, config: Option<Arc<ServerConfig>>, seen: &Mutex<Vec<Connection>>) {
    tcp.set_nodelay(true).unwrap();
    tcp.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut told = Connection {
        number,
        port: tcp.local_addr().unwrap().port(),
        host: String::new(),
        resumed: false,
        group: String::new(),
        parent: None,
        requests: 0,
    };
    let Some(config) = config else {
        seen.lock().unwrap().push(told);
        return answer(number, tcp, seen);
    };
    tickets::on_connection(number);
    let mut tls = ServerConnection::new(config).unwrap();
    while tls.is_handshaking() {
        if tls.complete_io(&mut tcp).is_err() {
            return;
        }
    }
    told.host = tls.server_name().unwrap_or_default().to_owned();
    told.resumed = tls.handshake_kind() == Some(HandshakeKind::Resumed);
    told.group =
        tls.negotiated_key_exchange_group().map(|g| format!("{:?}", g.name()).to_lowercase()).unwrap_or_default();
    told.parent = tickets::parent().filter(|_| told.resumed);
    seen.lock().unwrap().push(told);
    answer(number, StreamOwned::new(tls, tcp), seen);
}

/// Responds to requests until there are no more.
fn answer(number: usize, stream: impl Read + Write, seen: &Mutex<Vec<Connection>>) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            if !matches!(stream.read_line(&mut line), Ok(read) if read > 0) {
                return;
            }
        }
        for connection in seen.lock().unwrap().iter_mut().filter(|connection| connection.number == number) {
            connection.requests += 1;
        }
        let sent = stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        if sent.and_then(|()| stream.get_mut().flush()).is_err() {
            return;
        }
    }
}
