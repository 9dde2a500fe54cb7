//! `tlstax observe` as a proxy finds the habits of `habits/` in programs that fetch from where they like, and nothing
//! beside them.
//!
//! Sessions are not seen there: TLS 1.3 gives them out encrypted. So `no-resumption` is not found, where nothing is
//! resumed at all.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::common::observed;
use crate::common::observed::{Case, DELAY_S, Setting, case, go, installed, python, pythons_of_the_talk, rust};
use origin::{Authority, EmbeddedProgram, Kind, Launch, Origin};

/// What becomes of a client object per request, as far as it is seen from outside.
const ANEW: &[&str] = &["client-per-request", "no-reuse", "?one-at-a-time"];
/// Of requests one after another: whether it is a third of the run depends on how long the program takes to start.
const SERIAL: &[&str] = &["?one-at-a-time"];
/// Of a library that loads its roots for each connection: whether that is a third of the CPU depends on the machine.
const LOADS: &[&str] = &["?trust-store-per-connection"];

/// Observes the cases at an origin of another name, which only the proxy knows where to find.
fn observe_all(program: Result<OsString, String>, cases: &[Case]) {
    let service_ns = (DELAY_S * 1e9).to_string();
    let leading_args = ["serve-embedded", "--service-ns", &service_ns].map(str::to_owned).to_vec();
    let authority = Authority::create().unwrap();
    let kind = Kind::Embedded(EmbeddedProgram { exe: PathBuf::from(env!("CARGO_BIN_EXE_tlstax")), leading_args });
    let mut launch = Launch::new(kind, authority.chain_file(), authority.key_file());
    launch.ports = 1;
    launch.pins.tickets = true;
    let origin = Origin::start(&launch).unwrap();
    let map = format!("habits.tlstax.test={}", origin.ready().https[0]);
    // Mozilla's roots beside that of the origin: what a machine trusts.
    let variables = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"]
        .map(|name| (name, OsString::from(authority.trust_file())));
    let setting = Setting {
        flags: ["--via", "proxy", "--map", &map].map(str::to_owned).to_vec(),
        variables: variables.to_vec(),
        origin: format!("https://localhost:{}", origin.ready().https[0].port()),
    };
    observed::observe_all(program, &setting, cases);
}

#[test]
fn pythons_clients() {
    let cases = [
        case("HABITS/python/requests_get.py https://habits.tlstax.test 12", ANEW),
        case("HABITS/python/requests_session.py https://habits.tlstax.test 12", SERIAL),
        case("HABITS/python/requests_threads.py https://habits.tlstax.test 64", LOADS),
        case("HABITS/python/httpx_get.py https://habits.tlstax.test 12", ANEW),
        case("HABITS/python/httpx_client.py https://habits.tlstax.test 12", SERIAL),
        case("HABITS/python/aiohttp_many.py https://habits.tlstax.test 64", &["no-reuse"]),
        case("HABITS/python/aiohttp_one.py https://habits.tlstax.test 64", &[]),
    ];
    observe_all(python("habits"), &cases);
}

#[test]
fn the_talks_stack() {
    let cases = [
        case("HABITS/python/talk_stage.py 2 https://habits.tlstax.test 12", &["client-per-request", "serialized"]),
        case("HABITS/python/talk_stage.py 4 https://habits.tlstax.test 12", &["client-per-request"]),
    ];
    observe_all(pythons_of_the_talk(), &cases);
}

#[test]
fn curl() {
    installed("curl").map_or_else(
        |missing| observe_all(Err(missing), &[]),
        |_| {
            let cases = [
                case("HABITS/shell/curl_loop.sh https://habits.tlstax.test 12", ANEW),
                case("HABITS/shell/curl_parallel.sh https://habits.tlstax.test 64", LOADS),
            ];
            observe_all(installed("sh"), &cases);
        },
    );
}

#[test]
fn a_program_that_takes_no_proxy_is_not_seen() {
    observe_all(installed("node"), &[case("HABITS/node/agent.mjs ORIGIN 12", &["not-seen"])]);
}

#[test]
fn gos_net_http() {
    let cases = [
        case("leaked https://habits.tlstax.test 12", &["no-reuse", "?one-at-a-time"]),
        case("closed https://habits.tlstax.test 12", SERIAL),
    ];
    observe_all(go(), &cases);
}

#[test]
fn rusts_clients() {
    let cases = [
        case("reqwest-rebuilt https://habits.tlstax.test 20", ANEW),
        case("reqwest-shared https://habits.tlstax.test 20", &[]),
        case("ureq https://habits.tlstax.test 12", SERIAL),
    ];
    observe_all(rust(), &cases);
}
