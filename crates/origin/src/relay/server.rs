//! The relay's process: its arguments, its ready line, and its event loop.

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token, Waker};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};
use socket2::{Domain, Socket, Type};

use super::alarm::Alarms;
use super::connection::{Connection, End, Fate};
use super::delay_line::Held;
use super::{RelayError, Settings};
use crate::Error;

/// The version of the protocol between a relay and its parent.
pub(super) const VERSION: u32 = 1;

/// The most connections that may wait to be accepted. As for the origins, it is set explicitly, because a queue that
/// overflows costs the client a second. The kernel lowers it to `net.core.somaxconn`.
const BACKLOG: i32 = 4096;
/// The most connections accepted from one listener at a time: each takes some 30 µs, which delays everything else.
const TURN: usize = 16;
/// The most events handled before alarms, for the same reason.
const EVENTS: usize = 64;
/// How long to wait before accepting again when a resource is exhausted.
const EXHAUSTED: Duration = Duration::from_millis(10);
/// Open files that are not connections: the standard streams, the poll's, the timer's, and some to spare.
const OTHER_FILES: u64 = 24;
/// The size of a read, bytes.
const CHUNK: usize = 64 << 10;

const STOP: Token = Token(0);
const ALARM: Token = Token(1);
const LISTENERS: usize = 2;

/// A relay's only line, which says that it listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ready {
    pub(super) tlstax_relay: u32,
    /// In the order of the targets.
    pub(super) addresses: Vec<SocketAddr>,
}

/// Relays until standard input ends. It must be called only once, in its own process.
///
/// # Errors
/// An address can't be listened on, the ready line can't be written, or waiting for events fails.
pub fn serve(settings: &Settings) -> Result<(), Error> {
    let mut server = Server::start(settings)?;
    // The waker is kept here as well: dropping it would discard an event that it has just made.
    let waker = Arc::new(Waker::new(server.poll.registry(), STOP).map_err(failed("making a waker"))?);
    let ready = Ready { tlstax_relay: VERSION, addresses: server.addresses()? };
    let mut line = serde_json::to_vec(&ready).map_err(|error| failed("writing JSON")(error.into()))?;
    line.push(b'\n');
    let mut stdout = io::stdout();
    stdout.write_all(&line).and_then(|()| stdout.flush()).map_err(failed("saying where it listens"))?;
    let stop = Arc::clone(&waker);
    let watch = move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = stop.wake();
    };
    thread::Builder::new().name("relay-stdin".to_owned()).spawn(watch).map_err(failed("starting a thread"))?;
    server.run().map_err(failed("waiting for events"))
}

fn failed(doing: &'static str) -> impl FnOnce(io::Error) -> Error {
    move |source| RelayError::System { doing, source }.into()
}

struct Listener {
    socket: TcpListener,
    target: SocketAddr,
    /// Whether there may be connections to accept: the event is reported only once.
    ready: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Alarm {
    DelayLine(usize, End),
    Accept,
}

struct Server {
    poll: Poll,
    alarms: Alarms<Alarm>,
    listeners: Vec<Listener>,
    /// The connections by numbers that are never reused, so that late events find none.
    connections: HashMap<usize, Connection>,
    next: usize,
    capacity: usize,
    /// When to accept again after a resource was exhausted.
    accept_again: Option<Instant>,
    complained: bool,
    one_way: Duration,
    held: Held,
    scratch: Vec<u8>,
}

impl Server {
    fn start(settings: &Settings) -> Result<Server, Error> {
        let poll = Poll::new().map_err(failed("making a poll"))?;
        let alarms = Alarms::new(poll.registry(), ALARM).map_err(failed("making a timer"))?;
        let mut listeners = Vec::new();
        for (index, target) in settings.targets.iter().enumerate() {
            let address = SocketAddr::new(target.ip(), 0);
            let not_listening = |source| Error::Listen { address, source };
            let mut socket = listen(address).map_err(not_listening)?;
            let token = Token(LISTENERS + index);
            poll.registry().register(&mut socket, token, Interest::READABLE).map_err(not_listening)?;
            listeners.push(Listener { socket, target: *target, ready: false });
        }
        Ok(Server {
            poll,
            alarms,
            capacity: capacity(listeners.len()),
            listeners,
            connections: HashMap::new(),
            next: 0,
            accept_again: None,
            complained: false,
            // This is rounded up: twice the value must not be less than the RTT.
            one_way: Duration::from_nanos(settings.rtt_ns.div_ceil(2)),
            held: Held::default(),
            scratch: vec![0; CHUNK],
        })
    }

    fn addresses(&self) -> Result<Vec<SocketAddr>, Error> {
        let addresses = self.listeners.iter().map(|listener| listener.socket.local_addr());
        addresses.collect::<io::Result<_>>().map_err(failed("asking where it listens"))
    }

    fn run(&mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(EVENTS);
        loop {
            while let Some(alarm) = self.alarms.due(Instant::now()) {
                self.ring(alarm);
            }
            let more = self.accept();
            self.alarms.wait(&mut self.poll, &mut events, !more)?;
            for event in &events {
                match event.token() {
                    STOP => return Ok(()),
                    ALARM => {}
                    Token(token) => match self.listeners.get_mut(token - LISTENERS) {
                        Some(listener) => listener.ready = true,
                        None => {
                            let (number, end) = self.whose(token);
                            self.touch(number, |connection, scratch| connection.event(end, event, scratch));
                        }
                    },
                }
            }
        }
    }

    fn ring(&mut self, alarm: Alarm) {
        match alarm {
            Alarm::DelayLine(number, end) => self.touch(number, |connection, scratch| connection.woken(end, scratch)),
            Alarm::Accept => self.accept_again = None,
        }
    }

    /// Runs `act` on a connection, if it still exists, then updates its alarms or removes it.
    fn touch(&mut self, number: usize, act: impl FnOnce(&mut Connection, &mut [u8]) -> Fate) {
        let Some(connection) = self.connections.get_mut(&number) else { return };
        match act(connection, &mut self.scratch) {
            Fate::Over => drop(self.connections.remove(&number)),
            Fate::Open => {
                for end in [End::Client, End::Origin] {
                    if let Some(at) = connection.alarm(end) {
                        self.alarms.add(at, Alarm::DelayLine(number, end));
                    }
                }
            }
        }
    }

    /// Accepts up to [`TURN`] connections from each listener. Returns whether there may be more.
    fn accept(&mut self) -> bool {
        for index in 0..self.listeners.len() {
            for _ in 0..TURN {
                if !self.may_accept() {
                    return false;
                }
                let Some(listener) = self.listeners.get_mut(index).filter(|listener| listener.ready) else { break };
                match listener.socket.accept() {
                    Ok((client, _)) => {
                        let (accepted, target) = (Instant::now(), listener.target);
                        self.take(client, accepted, target);
                    }
                    Err(error) => self.not_accepted(index, &error),
                }
            }
        }
        self.listeners.iter().any(|listener| listener.ready) && self.may_accept()
    }

    fn may_accept(&mut self) -> bool {
        if self.connections.len() >= self.capacity {
            let capacity = self.capacity;
            self.complain(&format!("{capacity} connections at once, no more files: others wait (raise `ulimit -n`)"));
            return false;
        }
        self.accept_again.is_none()
    }

    fn not_accepted(&mut self, index: usize, error: &io::Error) {
        match error.kind() {
            io::ErrorKind::WouldBlock => self.listeners[index].ready = false,
            // The client closed the connection while it was queued.
            io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted => {}
            _ => {
                self.complain(&format!("accepting a connection: {error}; trying on (is `ulimit -n` too low?)"));
                let again = Instant::now() + EXHAUSTED;
                self.accept_again = Some(again);
                self.alarms.add(again, Alarm::Accept);
            }
        }
    }

    fn take(&mut self, client: mio::net::TcpStream, accepted: Instant, target: SocketAddr) {
        let number = self.next;
        self.next += 1;
        let mut connection = Connection::open(client, accepted, target, self.one_way, &self.held);
        let (to_client, to_origin) = (self.token(number, End::Client), self.token(number, End::Origin));
        // Without events the connection can't be served, so it is dropped, which closes it.
        if connection.register(self.poll.registry(), to_client, to_origin).is_ok() {
            self.connections.insert(number, connection);
            self.touch(number, |_, _| Fate::Open);
        }
    }

    fn token(&self, number: usize, end: End) -> Token {
        Token(LISTENERS + self.listeners.len() + 2 * number + usize::from(end == End::Origin))
    }

    fn whose(&self, token: usize) -> (usize, End) {
        let index = token - LISTENERS - self.listeners.len();
        (index / 2, if index.is_multiple_of(2) { End::Client } else { End::Origin })
    }

    /// Writes a message for the user, once. If that fails, the relay continues.
    fn complain(&mut self, words: &str) {
        if !self.complained {
            self.complained = true;
            let _ = writeln!(io::stderr(), "relay: {words}");
        }
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(TcpListener::from_std(socket.into()))
}

/// How many connections the limit of open files allows, with two files each, after raising it as far as possible.
/// Without this limit, the client sides of many connections could use all files, and leave none for the origin sides.
fn capacity(listeners: usize) -> usize {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or((256, 256));
    let files = if setrlimit(Resource::RLIMIT_NOFILE, hard, hard).is_ok() { hard } else { soft };
    let files = usize::try_from(files.saturating_sub(OTHER_FILES)).unwrap_or(usize::MAX);
    (files.saturating_sub(listeners) / 2).max(1)
}
