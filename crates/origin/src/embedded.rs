//! The origin in Rust: hyper and rustls, the same endpoints and the same ledger as go-httpbin.
//!
//! It runs in its own process, so that its costs are never attributed to a client. This module combines its parts: its
//! [`Settings`], listeners, TLS, connections, counters, and the commands that it accepts. It supports HTTP/1.1 only:
//! clients that pin h2 must be measured with go-httpbin.

mod closing;
mod connection;
mod control;
mod counters;
mod log;
mod settings;
mod tls;

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::num::NonZero;
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::Error;
use crate::endpoints::Unknown;
use crate::protocol::{self, Ready};
use connection::{ResponseOptions, Transport};
use counters::Counters;
pub use settings::Settings;

/// The origin's name in ready lines and results.
pub const NAME: &str = "embedded";

/// The origin's version and those of the linked libraries, which determine its cost.
pub const VERSION: &str =
    concat!(env!("CARGO_PKG_VERSION"), " (hyper ", env!("LINKED_HYPER"), ", rustls ", env!("LINKED_RUSTLS"), ")");

/// The most connections that may wait to be accepted. It is set explicitly, because when the queue overflows, the
/// client's kernel tries again after a second, which looks like a slow handshake. The kernel lowers it to
/// `net.core.somaxconn`.
const BACKLOG: u32 = 4096;

/// Serves until standard input ends, or in the foreground until SIGINT or SIGTERM.
///
/// It uses as many worker threads as [`thread::available_parallelism`] returns (the CPUs that the process is bound to,
/// or its cgroup's share of them, rounded down), but at least one. It must be called only once, in its own process.
///
/// # Errors
/// TLS can't be set up with the pins, a port can't be opened, or the ready line can't be written.
pub fn serve(settings: Settings) -> Result<(), Error> {
    let config = tls::server_config(&settings.pins, settings.oldest_tls, &settings.cert, &settings.key)?;
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    tls::warm_up();
    let mut runtime = Builder::new_multi_thread();
    runtime.worker_threads(workers).on_thread_start(tls::warm_up).enable_all();
    let runtime = runtime.build().map_err(Error::Runtime)?;
    let counters = Counters::default();
    let options = ResponseOptions {
        service: Duration::from_nanos(settings.service_ns),
        unknown: if settings.any_request { Unknown::Echo } else { Unknown::Refuse },
    };
    let http = Transport::new(Arc::clone(&counters.http), None, options);
    let https = Transport::new(Arc::clone(&counters.https), Some(config), options);
    // The handlers are installed before the ready line reveals the process ID.
    let signals = settings.foreground.then(|| Signals::install(&runtime)).transpose()?;
    let ready = Ready {
        tlstax_origin: protocol::VERSION,
        name: NAME.to_owned(),
        version: VERSION.to_owned(),
        pid: std::process::id(),
        http: listen(&runtime, &settings, settings.http_port, http)?,
        https: listen(&runtime, &settings, settings.https_port, https)?,
    };
    let mut stdout = io::stdout();
    control::say(&mut stdout, &ready).map_err(Error::Announce)?;
    match signals {
        Some(signals) => runtime.block_on(signals.first()),
        None => control::obey(io::stdin().lock(), stdout, &counters),
    }
    // Requests in progress must not delay the end of the process.
    runtime.shutdown_background();
    Ok(())
}

/// Opens one listener per address on a fixed port, or the requested number on ports that the system picks, distributed
/// over the addresses. A task accepts connections on each.
fn listen(
    runtime: &Runtime,
    settings: &Settings,
    fixed: Option<u16>,
    transport: Arc<Transport>,
) -> Result<Vec<SocketAddr>, Error> {
    let mut addresses = Vec::new();
    let fixed = fixed.filter(|port| *port != 0);
    let count = fixed.map_or(usize::from(settings.ports), |_| settings.addresses.len());
    for address in settings.addresses.iter().cycle().take(count) {
        let asked = SocketAddr::from((*address, fixed.unwrap_or_default()));
        let failed = |source| Error::Listen { address: asked, source };
        let listener = {
            let _context = runtime.enter();
            bind(asked).map_err(failed)?
        };
        addresses.push(listener.local_addr().map_err(failed)?);
        runtime.spawn(connection::accept(listener, Arc::clone(&transport)));
    }
    Ok(addresses)
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    // A fixed port must be reusable as soon as its last server has ended.
    socket.set_reuseaddr(address.port() != 0)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// The signals that end a server that runs in the foreground.
struct Signals(Vec<Signal>);

impl Signals {
    /// Installs handlers for SIGINT and SIGTERM, except for those that this process was started to ignore.
    fn install(runtime: &Runtime) -> Result<Signals, Error> {
        let _context = runtime.enter();
        let heeded = processes::heeded();
        let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
        let kinds = kinds.into_iter().filter(|kind| heeded.contains(&kind.as_raw_value()));
        Ok(Signals(kinds.map(|kind| signal(kind).map_err(Error::Runtime)).collect::<Result<_, _>>()?))
    }

    async fn first(mut self) {
        poll_fn(|context| {
            // Each signal is polled, so that each can wake this task.
            let came = self.0.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
            if came { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_names_what_is_linked() {
        let numbered = |library: &str| {
            let (_, after) = VERSION.split_once(library).unwrap();
            after.trim_start().starts_with(|c: char| c.is_ascii_digit())
        };
        assert!(numbered("hyper") && numbered("rustls 0."), "{VERSION}");
    }
}
