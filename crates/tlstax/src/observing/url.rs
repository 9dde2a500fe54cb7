//! By a URL: the command runs against one of tlstax's origins, over HTTP and then over HTTPS.

use std::net::SocketAddr;
use std::time::Duration;

use ledger::{Ledger, Side};
use observation::{Ended, ObservedRun, Recorder, Transport};
use observer::{Intermediary, Interrupts, Placeholders, PortForwarder, Settings, Variables};
use origin::{Authority, EmbeddedProgram, Kind, Launch, Origin, Pins};
use params::Group;

use super::observed::{Asked, Observed};
use crate::failure::Failure;
use crate::program::embedded_program;

/// Runs the command twice.
pub(super) fn observe(asked: &Asked<'_>, service: Duration, interrupts: &mut Interrupts) -> Result<Observed, Failure> {
    let authority = Authority::create().map_err(origin::Error::from)?;
    let mut origin = start(&authority, service)?;
    terminal::say(format_args!(
        "tlstax observe: the command runs twice, over HTTP and over HTTPS, against a server that takes {} s for each \
         answer",
        service.as_secs_f64()
    ));
    let mut observed = Observed { passes: Vec::new(), code: 0 };
    for transport in [Transport::Http, Transport::Https] {
        let (pass, code) = pass(asked, transport, &authority, &mut origin, interrupts)?;
        let is_over = pass.ended == Ended::Interrupted;
        observed.passes.push(pass);
        observed.code = if code == 0 { observed.code } else { code };
        if is_over {
            break;
        }
    }
    Ok(observed)
}

/// An origin that lets clients do as they do: both versions of TLS, all groups, tickets.
fn start(authority: &Authority, service: Duration) -> Result<Origin, Failure> {
    let EmbeddedProgram { exe, mut leading_args } = embedded_program()?;
    let service_ns = service.as_nanos().to_string();
    leading_args.extend(["--oldest-tls", "1.2", "--any-request", "--service-ns", &service_ns].map(str::to_owned));
    let kind = Kind::Embedded(EmbeddedProgram { exe, leading_args });
    let mut launch = Launch::new(kind, authority.chain_file(), authority.key_file());
    launch.ports = 1;
    launch.pins = Pins { groups: Group::ALL.to_vec(), tickets: true, ..Pins::default() };
    Ok(Origin::start(&launch)?)
}

fn pass(
    asked: &Asked<'_>,
    transport: Transport,
    authority: &Authority,
    origin: &mut Origin,
    interrupts: &mut Interrupts,
) -> Result<(ObservedRun, u8), Failure> {
    let recorder = Recorder::default();
    let ready = origin.ready();
    let forwarder = |addresses: &[SocketAddr]| {
        let target = addresses.first().copied().unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
        PortForwarder::start(target, recorder.clone())
    };
    let (http, https) = (forwarder(&ready.http)?, forwarder(&ready.https)?);
    let url = |scheme: &str, forwarder: &PortForwarder| format!("{scheme}://localhost:{}", forwarder.address().port());
    let (plain, secure) = (url("http", &http), url("https", &https));
    let own = if transport == Transport::Http { &plain } else { &secure };
    let urls = Placeholders { url: own.clone(), http: plain.clone(), https: secure.clone() };
    let command = urls.fill(asked.command);
    let variables = Variables::for_urls(&urls, &authority.trust_file());
    let settings =
        Settings { command: &command, variables: &variables, timeout: asked.timeout, sample: asked.sample, transport };
    let before = origin.mark()?;
    let (mut pass, code) =
        observer::run(&settings, Intermediary::PortForwarders(vec![http, https]), &recorder, interrupts)?;
    let after = origin.ledger()?;
    pass.origin = Some(side(transport, &after).since(side(transport, &before)));
    Ok((pass, code))
}

fn side(transport: Transport, ledger: &Ledger) -> &Side {
    if transport == Transport::Http { &ledger.http } else { &ledger.https }
}
