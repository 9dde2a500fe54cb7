//! ureq over connections that tlstax makes.
//!
//! It differs from the stock client in this: connections come from the trial's own TLS stack (so that nothing is
//! resumed and phases are known), addresses are given rather than looked up, and buffers hold 16 KiB and 4 KiB instead
//! of 128 KiB each.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use ::ureq::config::Config;
use ::ureq::http::{Request, Response, Uri};
use ::ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ::ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport};
use ::ureq::{Agent, Body};
use measure::marks::{RequestMarks, SetupMarks};
use workload::catalog::Charged;
use workload::charged;

use super::{Shared, USER_AGENT};
use crate::request::RequestParts;
use crate::response::LONGEST_BODY;
use crate::slot::BlockingClient;
use crate::tls::{BlockingStream, ConfigFactory, SlotTls, Tls};
use crate::{ErrorKind, FetchError, PrepareError};

/// Bytes of the buffer that responses are read into.
const INPUT_BUFFER: usize = 16 << 10;

/// Bytes of the buffer that requests are written from.
const OUTPUT_BUFFER: usize = 4 << 10;

/// A slot's client.
pub(crate) struct UreqClient {
    agents: Agents,
    connect_target: Arc<ConnectTarget>,
    slot: u32,
    body: Vec<u8>,
}

/// The agents that requests are made with.
enum Agents {
    /// One agent for all requests of the slot, so that the slot owns the kept connection.
    Standing(Agent),
    /// One agent per request, whose TLS config is made by this factory.
    PerRequest(Arc<ConfigFactory>),
}

/// What the agent's connector needs to know about the request that it connects for.
struct ConnectTarget {
    shared: Shared,
    marks: RequestMarks,
    /// The number of the current target.
    target: AtomicUsize,
}

/// A client per slot.
pub(crate) fn clients(shared: &Shared, slots: u32) -> Result<Vec<UreqClient>, PrepareError> {
    let settings = shared.config_factory.for_slots(shared.connection, slots)?;
    Ok((0..).zip(settings).map(|(slot, tls)| client(shared, slot, tls)).collect())
}

fn client(shared: &Shared, slot: u32, tls: SlotTls) -> UreqClient {
    let connect_target =
        Arc::new(ConnectTarget { shared: shared.clone(), marks: RequestMarks::default(), target: AtomicUsize::new(0) });
    let agents = match tls {
        SlotTls::Standing(tls) => Agents::Standing(agent(&connect_target, tls)),
        SlotTls::PerRequest(config_factory) => Agents::PerRequest(config_factory),
    };
    UreqClient { agents, connect_target, slot, body: Vec::new() }
}

fn agent(connect_target: &Arc<ConnectTarget>, tls: Arc<dyn Tls>) -> Agent {
    let kept = usize::from(connect_target.shared.requests_each() > 1);
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .user_agent(USER_AGENT)
        .accept("*/*")
        .accept_encoding("")
        .allow_non_standard_methods(true)
        .input_buffer_size(INPUT_BUFFER)
        .output_buffer_size(OUTPUT_BUFFER)
        .max_idle_connections(kept)
        .max_idle_connections_per_host(kept)
        // The trial closes its connections itself; none may be closed for its age during a long one.
        .max_idle_age(std::time::Duration::from_secs(24 * 3600))
        .build();
    let connector = OurConnector { connect_target: Arc::clone(connect_target), tls };
    Agent::with_parts(config, connector, OurResolver(Arc::clone(connect_target)))
}

impl BlockingClient for UreqClient {
    fn fetch(&mut self, request: u64) -> Result<(), FetchError> {
        let Shared { targets, checker, connection, .. } = &self.connect_target.shared;
        let number = targets.pick(*connection, self.slot, request);
        self.connect_target.target.store(number, Relaxed);
        let own;
        let agent = match &self.agents {
            Agents::Standing(agent) => agent,
            Agents::PerRequest(config_factory) => {
                own = agent(
                    &self.connect_target,
                    config_factory.make().map_err(|error| ErrorKind::Build.because(error))?,
                );
                self.connect_target.marks.built();
                &own
            }
        };
        let response = call(agent, &targets.get(number).uri, &self.connect_target.shared.request).map_err(classify)?;
        let status = receive(response, &mut self.body)?;
        checker.check(targets, number, status, &self.body)
    }

    fn marks(&self) -> &RequestMarks {
        &self.connect_target.marks
    }
}

/// Makes a request with `agent`.
pub(crate) fn call(agent: &Agent, uri: &Uri, asked: &RequestParts) -> Result<Response<Body>, ::ureq::Error> {
    let mut message = Request::new(());
    *message.method_mut() = asked.method.clone();
    *message.uri_mut() = uri.clone();
    *message.headers_mut() = asked.headers.clone();
    match &asked.body {
        None => agent.run(message),
        Some(body) => agent.run(message.map(|()| &body[..])),
    }
}

/// Reads a response to its end: its status, with the body put into `body`.
pub(crate) fn receive(response: Response<Body>, body: &mut Vec<u8>) -> Result<u16, FetchError> {
    let status = response.status().as_u16();
    body.clear();
    let mut reader = response.into_body().into_reader().take(LONGEST_BODY as u64 + 1);
    reader.read_to_end(body).map_err(|error| ErrorKind::Http.because(error))?;
    match body.len() > LONGEST_BODY {
        true => Err(ErrorKind::Length.because(format!("more than {LONGEST_BODY} bytes"))),
        false => Ok(status),
    }
}

/// Our connector passes its failures through ureq as I/O errors that hold a [`FetchError`].
fn classify(error: ::ureq::Error) -> FetchError {
    match error {
        ::ureq::Error::Io(error) => match error.downcast::<FetchError>() {
            Ok(ours) => ours,
            Err(error) => ErrorKind::Http.because(error),
        },
        error => ErrorKind::Http.because(error),
    }
}

#[derive(Debug)]
struct OurResolver(Arc<ConnectTarget>);

impl Resolver for OurResolver {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ::ureq::Error> {
        let mut addresses = self.empty();
        addresses.push(self.0.shared.targets.get(self.0.target.load(Relaxed)).addr);
        Ok(addresses)
    }
}

struct OurConnector {
    connect_target: Arc<ConnectTarget>,
    tls: Arc<dyn Tls>,
}

impl Connector for OurConnector {
    type Out = StampedTransport;

    fn connect(&self, _: &ConnectionDetails, _: Option<()>) -> Result<Option<StampedTransport>, ::ureq::Error> {
        let ConnectTarget { shared, marks, target } = &*self.connect_target;
        let target = shared.targets.get(target.load(Relaxed));
        let tcp = TcpStream::connect(target.addr).map_err(|error| failed(ErrorKind::Connect, &error))?;
        tcp.set_nodelay(true)?;
        let mut setup = SetupMarks::connected();
        let stream = self.tls.connect(&target.host, tcp).map_err(|error| failed(ErrorKind::Tls, &error))?;
        let secures = self.tls.secures();
        if secures {
            setup.secured();
        }
        marks.opened(setup);
        Ok(Some(StampedTransport {
            stream,
            secures,
            connect_target: Arc::clone(&self.connect_target),
            buffers: LazyBuffers::new(INPUT_BUFFER, OUTPUT_BUFFER),
            is_asked: false,
            responses_left: shared.requests_each(),
        }))
    }
}

fn failed(kind: ErrorKind, error: &io::Error) -> ::ureq::Error {
    ::ureq::Error::Io(io::Error::other(kind.because(error)))
}

/// The class of the bill that stamping counts as.
pub(crate) const STAMPING: Charged = charged!(Harness: StampedTransport);

/// A connection that records when bytes of requests are sent and bytes of responses arrive.
struct StampedTransport {
    stream: Box<dyn BlockingStream>,
    secures: bool,
    connect_target: Arc<ConnectTarget>,
    buffers: LazyBuffers,
    /// Whether a request was sent and no byte of its response has arrived.
    is_asked: bool,
    /// Number of responses after which the connection is closed.
    responses_left: u64,
}

impl Transport for StampedTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ::ureq::Error> {
        self.stream.write_all(&self.buffers.output()[..amount])?;
        self.connect_target.marks.wrote();
        self.is_asked = true;
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ::ureq::Error> {
        let read = self.stream.read(self.buffers.input_append_buf())?;
        if read > 0 {
            self.connect_target.marks.read();
            self.responses_left = self.responses_left.saturating_sub(u64::from(std::mem::take(&mut self.is_asked)));
        }
        self.buffers.input_appended(read);
        Ok(read > 0)
    }

    /// The same check as in ureq's own TCP transport: an idle connection must have no bytes to read. ureq calls it when
    /// a response is complete, before it keeps the connection, and again before it uses it.
    fn is_open(&mut self) -> bool {
        if self.responses_left == 0 {
            return false;
        }
        let socket = self.stream.socket();
        let idle = || -> io::Result<bool> {
            socket.set_nonblocking(true)?;
            let peeked = socket.peek(&mut [0]);
            socket.set_nonblocking(false)?;
            Ok(matches!(peeked, Err(error) if error.kind() == io::ErrorKind::WouldBlock))
        };
        idle().unwrap_or(false)
    }

    fn is_tls(&self) -> bool {
        self.secures
    }
}

impl fmt::Debug for OurConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OurConnector").field("connect_target", &self.connect_target).finish_non_exhaustive()
    }
}

impl fmt::Debug for ConnectTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectTarget").field("target", &self.target).finish_non_exhaustive()
    }
}

impl fmt::Debug for StampedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StampedTransport").field("socket", self.stream.socket()).finish_non_exhaustive()
    }
}
