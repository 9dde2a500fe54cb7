//! The bare system calls of a request: non-blocking sockets and one epoll on one thread, no runtime and no HTTP
//! library.
//!
//! A request over a new connection is `socket`, `setsockopt` (TCP_NODELAY), `connect`, `sendto`, `epoll_ctl`,
//! `recvfrom` and `close`; over a kept one `sendto` and `recvfrom`; and either a share of an `epoll_wait`, which
//! reports many responses at once. No request allocates memory. Over loopback the connection is usually established
//! when `connect` returns, so that the request is sent at once; where it is not, it is sent when epoll reports that the
//! socket is writable.
//!
//! The loop handles each event as soon as epoll reports it. Over kept connections it is often faster than the origin,
//! and then sleeps and wakes for a few responses at a time, where a slower client finds more of them at once. A thread
//! switch is expensive beside two system calls, so the distance between this floor and a good client is small there.
//! Only waiting on purpose would avoid the switches, and a client should not do that.

use std::io::{self, Read, Write};
use std::sync::Arc;

use measure::clock::now_ns;
use measure::phase::Timeline;
use measure::recorder::Recorder;
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use workload::Connection;

use crate::clients::{Shared, USER_AGENT};
use crate::models::Model;
use crate::response::{LONGEST_BODY, complete};
use crate::schedule::Schedule;
use crate::target::Target;
use crate::{ErrorKind, FetchError, PrepareError};

/// Initial size of a slot's receive buffer, bytes; a longer response makes it grow once.
const BUFFER: usize = 16 << 10;

struct Sockets {
    wire: Wire,
    slots: Vec<Slot>,
    events: Vec<EpollEvent>,
}

/// What all slots share.
struct Wire {
    shared: Shared,
    /// Address and request of each target, by number.
    peers: Vec<(SockAddr, Box<[u8]>)>,
    epoll: Epoll,
}

/// A slot with its connection.
struct Slot {
    number: u32,
    socket: Option<Socket>,
    /// The target of its current request.
    target: usize,
    /// Bytes of the request that have been sent.
    sent: usize,
    answer: Vec<u8>,
    /// Bytes of the response that have been received.
    filled: usize,
    busy: bool,
    /// When its request was due, ns.
    due: u64,
}

/// Builds the requests and opens an epoll.
pub(super) fn prepare(shared: &Shared, slots: u32) -> Result<Box<dyn Model>, PrepareError> {
    let refuse = |error: Errno| PrepareError::Model { model: "floor", reason: error.to_string() };
    let slot = |number| Slot {
        number,
        socket: None,
        target: 0,
        sent: 0,
        answer: vec![0; BUFFER],
        filled: 0,
        busy: false,
        due: 0,
    };
    Ok(Box::new(Sockets {
        wire: Wire {
            shared: shared.clone(),
            peers: shared.targets.all().map(|target| (target.addr.into(), get(target))).collect(),
            epoll: Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).map_err(refuse)?,
        },
        slots: (0..slots).map(slot).collect(),
        events: vec![EpollEvent::empty(); slots as usize],
    }))
}

fn get(target: &Target) -> Box<[u8]> {
    let host = String::from_utf8_lossy(target.authority.as_bytes());
    let path = target.path.path_and_query().map_or("/", |path| path.as_str());
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {USER_AGENT}\r\nAccept: */*\r\n\r\n");
    request.into_bytes().into()
}

/// The progress of a trial.
struct Progress<'a> {
    recorder: &'a Recorder,
    made: u64,
    requests: u64,
}

impl Progress<'_> {
    /// Starts the slot's next request. `false` when there is none left.
    fn next(&mut self, slot: &mut Slot, wire: &Wire) -> bool {
        while self.made < self.requests {
            let request = self.made;
            self.made += 1;
            self.recorder.gauges().begins();
            match slot.begin(wire, request) {
                Ok(()) => return true,
                Err(error) => self.record(slot, Err(error)),
            }
        }
        false
    }

    fn record(&self, slot: &mut Slot, result: Result<(), FetchError>) {
        self.recorder.gauges().ends();
        slot.busy = false;
        let done = now_ns();
        match result {
            Ok(()) => self.recorder.right(&Timeline { due: slot.due, done, ..Timeline::default() }),
            Err(error) => {
                slot.socket = None;
                self.recorder.wrong(error.kind.name(), || error.what);
            }
        }
        slot.due = done;
    }
}

impl Model for Sockets {
    fn run(&mut self, schedule: Schedule, recorder: &Arc<Recorder>) {
        let Sockets { wire, slots, events } = self;
        let mut progress = Progress { recorder, made: 0, requests: schedule.requests() };
        let begun = now_ns();
        let mut busy = 0;
        for slot in slots.iter_mut() {
            slot.due = begun;
            busy += usize::from(progress.next(slot, wire));
        }
        while busy > 0 {
            let ready = match wire.epoll.wait(events, EpollTimeout::NONE) {
                Ok(ready) => ready,
                Err(Errno::EINTR) => 0,
                // epoll failed on a descriptor that is open and ours: the requests in flight are lost, and counted as
                // failed.
                Err(error) => {
                    for slot in slots.iter_mut().filter(|slot| slot.busy) {
                        progress.record(slot, Err(ErrorKind::Http.because(error)));
                    }
                    return;
                }
            };
            for event in events.iter().take(ready) {
                let Some(slot) = slots.get_mut(event.data() as usize).filter(|slot| slot.busy) else { continue };
                let Some(result) = slot.go_on(wire).transpose() else { continue };
                progress.record(slot, result);
                busy -= usize::from(!progress.next(slot, wire));
            }
        }
    }

    fn slots(&self) -> usize {
        self.slots.len()
    }

    fn workers(&self) -> Option<usize> {
        Some(1)
    }
}

impl Slot {
    /// Sends a request, over a new connection where there is none, and registers the socket with epoll.
    fn begin(&mut self, wire: &Wire, request: u64) -> Result<(), FetchError> {
        self.target = wire.shared.targets.pick(wire.shared.connection, self.number, request);
        (self.sent, self.filled, self.busy) = (0, 0, true);
        let is_new = self.socket.is_none();
        if is_new {
            self.socket = Some(connect(&wire.peers[self.target].0).map_err(|error| ErrorKind::Connect.because(error))?);
        }
        let refused = if is_new { ErrorKind::Connect } else { ErrorKind::Http };
        let sent = self.send(wire).map_err(|error| refused.because(error))?;
        let flags = match sent {
            true => EpollFlags::EPOLLIN | EpollFlags::EPOLLET,
            false => EpollFlags::EPOLLIN | EpollFlags::EPOLLOUT | EpollFlags::EPOLLET,
        };
        let Some(socket) = &self.socket else { return Ok(()) };
        let mut event = EpollEvent::new(flags, u64::from(self.number));
        let told = match (is_new, sent) {
            (true, _) => wire.epoll.add(socket, event),
            (false, false) => wire.epoll.modify(socket, &mut event),
            (false, true) => Ok(()),
        };
        told.map_err(|error| ErrorKind::Connect.because(error))
    }

    /// Sends the rest of the request. `false` while the socket's buffer is full.
    fn send(&mut self, wire: &Wire) -> io::Result<bool> {
        let request = &wire.peers[self.target].1;
        let Some(socket) = &mut self.socket else { return Err(io::ErrorKind::NotConnected.into()) };
        while self.sent < request.len() {
            match socket.write(&request[self.sent..]) {
                Ok(count) => self.sent += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Does what the socket is ready for. `Some(())` when the response is complete and right.
    fn go_on(&mut self, wire: &Wire) -> Result<Option<()>, FetchError> {
        if !self.send(wire).map_err(|error| ErrorKind::Http.because(error))? {
            return Ok(None);
        }
        if !self.receive().map_err(|error| ErrorKind::Http.because(error))? {
            return Ok(None);
        }
        let Some((status, body)) = complete(&self.answer[..self.filled])? else { return Ok(None) };
        wire.shared.checker.check(&wire.shared.targets, self.target, status, body)?;
        if wire.shared.connection != Connection::KeepAlive {
            self.socket = None;
        }
        Ok(Some(()))
    }

    /// Reads all bytes that have arrived. `false` if there were none.
    fn receive(&mut self) -> io::Result<bool> {
        let Some(socket) = &mut self.socket else { return Err(io::ErrorKind::NotConnected.into()) };
        let before = self.filled;
        loop {
            if self.filled == self.answer.len() {
                if self.filled > LONGEST_BODY + BUFFER {
                    return Err(io::Error::other("the response is too long"));
                }
                self.answer.resize(2 * self.filled, 0);
            }
            let room = &mut self.answer[self.filled..];
            let asked = room.len();
            match socket.read(room) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => {
                    self.filled += count;
                    // A read shorter than the buffer has emptied the socket (epoll(7)).
                    if count < asked {
                        return Ok(true);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(self.filled > before),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

fn connect(addr: &SockAddr) -> io::Result<Socket> {
    let domain = if addr.is_ipv6() { Domain::IPV6 } else { Domain::IPV4 };
    let socket = Socket::new(domain, Type::STREAM.nonblocking(), Some(Protocol::TCP))?;
    socket.set_tcp_nodelay(true)?;
    match socket.connect(addr) {
        Err(error) if error.raw_os_error() != Some(Errno::EINPROGRESS as i32) => Err(error),
        _ => Ok(socket),
    }
}
