//! One relayed connection: two sockets and a delay line each way.

use std::io::Result;
use std::net::{Shutdown, SocketAddr};
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use socket2::SockRef;

use super::delay_line::{DelayLine, Held, Passed, Sink};

/// Whether the connection continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It continues.
    Open,
    /// Both ends have been informed of its end, so it can be dropped.
    Over,
}

/// One of the two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    /// The accepted side.
    Client,
    /// The side that was connected to.
    Origin,
}

/// A client, its origin, and the delay lines between them.
#[derive(Debug)]
pub(super) struct Connection {
    client: TcpStream,
    /// `None` if not even a socket could be created.
    origin: Option<TcpStream>,
    connected: bool,
    /// The line to the origin.
    up: DelayLine,
    /// The line to the client.
    down: DelayLine,
    /// When a SYN would have reached the origin.
    syn_arrives: Instant,
}

impl Connection {
    /// Starts to connect to the origin for a client that was accepted at `accepted`.
    ///
    /// The client's end opens after one RTT, when its SYN-ACK would have arrived; the origin's end half an RTT later,
    /// when the client's first ACK would have arrived.
    pub(super) fn open(
        client: TcpStream,
        accepted: Instant,
        target: SocketAddr,
        one_way: Duration,
        held: &Held,
    ) -> Connection {
        // It fails only on a dead connection, whose end is reported by an event.
        let _ = client.set_nodelay(true);
        let origin = TcpStream::connect(target).ok();
        if let Some(origin) = &origin {
            let _ = origin.set_nodelay(true);
        }
        let mut connection = Connection {
            client,
            origin,
            connected: false,
            up: DelayLine::new(one_way, accepted + 2 * one_way, false, held.clone()),
            down: DelayLine::new(one_way, accepted + 3 * one_way, true, held.clone()),
            syn_arrives: accepted + one_way,
        };
        if connection.origin.is_none() {
            connection.refused();
        }
        connection
    }

    /// Registers for events of both ends.
    pub(super) fn register(&mut self, registry: &Registry, client: Token, origin: Token) -> Result<()> {
        let both = Interest::READABLE | Interest::WRITABLE;
        registry.register(&mut self.client, client, both)?;
        match &mut self.origin {
            Some(stream) => registry.register(stream, origin, both),
            None => Ok(()),
        }
    }

    /// Handles an event of an end.
    pub(super) fn event(&mut self, end: End, event: &Event, scratch: &mut [u8]) -> Fate {
        match end {
            End::Client => {
                if event.is_error() {
                    self.up.source_broken(&mut self.client, scratch, Instant::now);
                } else if event.is_readable() || event.is_read_closed() {
                    self.up.fill(&mut self.client, scratch, Instant::now);
                }
                if event.is_writable() {
                    self.down.sink_ready();
                }
            }
            End::Origin => self.origin_event(event, scratch),
        }
        self.pass(scratch)
    }

    /// Handles an alarm of the line to `end`.
    pub(super) fn woken(&mut self, end: End, scratch: &mut [u8]) -> Fate {
        self.line_to(end).woken();
        self.pass(scratch)
    }

    /// When the line to `end` must be woken next, if that has changed.
    pub(super) fn alarm(&mut self, end: End) -> Option<Instant> {
        self.line_to(end).alarm()
    }

    fn line_to(&mut self, end: End) -> &mut DelayLine {
        match end {
            End::Client => &mut self.down,
            End::Origin => &mut self.up,
        }
    }

    fn origin_event(&mut self, event: &Event, scratch: &mut [u8]) {
        let Some(origin) = &mut self.origin else { return };
        if !self.connected {
            if !matches!(origin.take_error(), Ok(None)) {
                self.refused();
                return;
            }
            if origin.peer_addr().is_err() {
                return;
            }
            self.connected = true;
        }
        if event.is_error() {
            self.down.source_broken(origin, scratch, Instant::now);
        } else if event.is_readable() || event.is_read_closed() {
            self.down.fill(origin, scratch, Instant::now);
        }
        if event.is_writable() {
            self.up.sink_ready();
        }
    }

    /// The origin is not reachable: its response to the SYN is a reset.
    fn refused(&mut self) {
        self.down.reset_at(self.syn_arrives.max(Instant::now()));
    }

    /// Forwards what is due in both directions, and reads again if that has freed room.
    fn pass(&mut self, scratch: &mut [u8]) -> Fate {
        let now = Instant::now();
        let up = self.up.pass(self.origin.as_mut(), now);
        if up == Passed::SinkBroken
            && let Some(origin) = &mut self.origin
        {
            self.up.abandon();
            self.down.source_broken(origin, scratch, Instant::now);
        }
        let down = self.down.pass(Some(&mut self.client), now);
        if down == Passed::SinkBroken {
            self.down.abandon();
            self.up.source_broken(&mut self.client, scratch, Instant::now);
        }
        if up == Passed::Reset || down == Passed::Reset {
            self.reset();
            return Fate::Over;
        }
        if up == Passed::All && down == Passed::All {
            return Fate::Over;
        }
        if self.up.wants_more() {
            self.up.fill(&mut self.client, scratch, Instant::now);
        }
        if self.down.wants_more()
            && let Some(origin) = &mut self.origin
        {
            self.down.fill(origin, scratch, Instant::now);
        }
        Fate::Open
    }

    /// Makes closing send a reset. For an end that has been reset already it has no effect.
    fn reset(&self) {
        let at_once = Some(Duration::ZERO);
        let _ = SockRef::from(&self.client).set_linger(at_once);
        if let Some(origin) = &self.origin {
            let _ = SockRef::from(origin).set_linger(at_once);
        }
    }
}

impl Sink for TcpStream {
    fn end(&self) -> Result<()> {
        self.shutdown(Shutdown::Write)
    }
}
