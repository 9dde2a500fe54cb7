//! Shared by the tests: the origins to test, and a client with full access to connections.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use origin::go::{Cache, find_go};
use origin::{Authority, EmbeddedProgram, Error, Kind, Launch, Origin, Pins};
use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, SupportedKxGroup, aws_lc_rs};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};

pub(crate) static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| Authority::create().unwrap());

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let mut kinds = vec![embedded()];
    // The tests have their own cache: a user must not run what they build.
    let cache = Cache::at(Path::new(env!("CARGO_TARGET_TMPDIR")).join("go-httpbin"));
    match find_go().and_then(|go| cache.build(&go, &AtomicBool::new(false))) {
        Ok(built) => kinds.push(Kind::GoHttpbin { binary: built.binary }),
        Err(error @ (Error::NoGo { .. } | Error::OldGo { .. })) if std::env::var_os("CI").is_none() => {
            let _ = writeln!(std::io::stderr(), "go-httpbin is not tested: {error}");
        }
        Err(error) => panic!("{error}"),
    }
    kinds
});

/// Both origins, or only the embedded one if Go is not installed, except in CI.
pub(crate) fn kinds() -> impl Iterator<Item = Kind> {
    KINDS.iter().cloned()
}

pub(crate) fn embedded() -> Kind {
    let exe = env!("CARGO_BIN_EXE_tlstax-origin").into();
    Kind::Embedded(EmbeddedProgram { exe, leading_args: Vec::new() })
}

pub(crate) fn launch(kind: Kind, pins: Pins) -> Launch {
    Launch { ports: 2, pins, ..Launch::new(kind, AUTHORITY.chain_file(), AUTHORITY.key_file()) }
}

pub(crate) fn start(kind: Kind, pins: Pins) -> Origin {
    Origin::start(&launch(kind, pins)).unwrap()
}

/// Waits until a condition holds, or fails after a while.
pub(crate) fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !is_so() {
        assert!(Instant::now() < deadline, "waited in vain for: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Stops a process, and waits until each of its threads has stopped, which takes a moment on a busy machine.
pub(crate) fn stop(pid: Pid) {
    kill(pid, Signal::SIGSTOP).unwrap();
    eventually("a stopped process", || {
        let threads = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
        let mut states = threads.map(|thread| std::fs::read_to_string(thread.unwrap().path().join("stat")).unwrap());
        // proc_pid_stat(5): the state follows the name, which is in parentheses.
        states.all(|stat| stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T')))
    });
}

/// A TLS client.
#[derive(Clone)]
pub(crate) struct TlsClient(Arc<ClientConfig>);

impl TlsClient {
    /// A client that trusts `root`, and offers these groups and `http/1.1`.
    pub(crate) fn new(root: &Path, groups: &[&'static dyn SupportedKxGroup], resumption: Resumption) -> TlsClient {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(CertificateDer::pem_file_iter(root).unwrap().map(Result::unwrap));
        let provider = CryptoProvider { kx_groups: groups.to_vec(), ..aws_lc_rs::default_provider() };
        let builder = ClientConfig::builder_with_provider(Arc::new(provider)).with_safe_default_protocol_versions();
        let mut config = builder.unwrap().with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.resumption = resumption;
        TlsClient(Arc::new(config))
    }

    pub(crate) fn usual() -> TlsClient {
        let groups = [aws_lc_rs::kx_group::X25519, aws_lc_rs::kx_group::SECP256R1];
        TlsClient::new(&AUTHORITY.root_file(), &groups, Resumption::disabled())
    }

    /// Connects. The handshake is performed with the first request.
    pub(crate) fn connect(&self, address: SocketAddr) -> Connection {
        let host = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(Arc::clone(&self.0), host).unwrap();
        Connection(Box::new(StreamOwned::new(connection, tcp(address))))
    }
}

fn tcp(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream
}

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// A connection on which tests write requests themselves.
pub(crate) struct Connection(Box<dyn Stream>);

/// A response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

impl Connection {
    pub(crate) fn plain(address: SocketAddr) -> Connection {
        Connection(Box::new(tcp(address)))
    }

    /// Sends a request with one header besides `Host: tlstax.test`, and reads the whole response.
    pub(crate) fn request(&mut self, method: &str, target: &str) -> std::io::Result<Reply> {
        self.send(method, target)?;
        self.response(method)
    }

    /// Sends such a request.
    pub(crate) fn send(&mut self, method: &str, target: &str) -> std::io::Result<()> {
        write!(self.0, "{method} {target} HTTP/1.1\r\nhost: tlstax.test\r\nx-test: 1\r\n\r\n")?;
        self.0.flush()
    }

    /// Sends bytes as they are.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.write_all(bytes)?;
        self.0.flush()
    }

    /// Reads the head of a response, and returns its status.
    pub(crate) fn interim(&mut self) -> std::io::Result<u16> {
        Ok(self.head()?.0)
    }

    /// Whether the server has closed the connection, without sending anything more.
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.0.read(&mut [0]).is_ok_and(|read| read == 0)
    }

    /// Reads the whole response to a request with `method`.
    pub(crate) fn response(&mut self, method: &str) -> std::io::Result<Reply> {
        loop {
            let (status, headers) = self.head()?;
            if status < 200 {
                continue;
            }
            let length = headers.get("content-length").map(|length| length.parse::<usize>().unwrap());
            let body = match length {
                _ if method == "HEAD" || status == 204 || status == 304 => Vec::new(),
                Some(length) => self.exactly(length)?,
                None => self.chunks()?,
            };
            return Ok(Reply { status, headers, body });
        }
    }

    pub(crate) fn get(&mut self, target: &str) -> Reply {
        self.request("GET", target).unwrap()
    }

    fn head(&mut self) -> std::io::Result<(u16, BTreeMap<String, String>)> {
        let status = self.line()?.split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = BTreeMap::new();
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(": ") else { return Ok((status, headers)) };
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
    }

    fn line(&mut self) -> std::io::Result<String> {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            line.extend(self.exactly(1)?);
        }
        line.truncate(line.len() - 2);
        Ok(String::from_utf8(line).unwrap())
    }

    fn chunks(&mut self) -> std::io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let length = usize::from_str_radix(&self.line()?, 16).unwrap();
            body.extend(self.exactly(length)?);
            self.line()?;
            if length == 0 {
                return Ok(body);
            }
        }
    }

    fn exactly(&mut self, length: usize) -> std::io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}
