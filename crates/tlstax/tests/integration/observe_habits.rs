//! `tlstax observe` finds the talk's fault and the cost of a client per request, both by URL and by proxy, and nothing
//! in programs without mistakes. All other programs belong to the field set (`scripts/field.sh`), of which CI runs a
//! part.
//!
//! Session tickets are not visible to the proxy, because TLS 1.3 encrypts them. So `no-resumption` is not found there
//! if no session is resumed.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::common::observed;
use crate::common::observed::{Case, DELAY_S, Setting, case, installed, pythons_of_the_talk, rust};
use origin::{Authority, EmbeddedProgram, Kind, Launch, Origin};

fn by_url(program: Result<OsString, String>, cases: &[Case]) {
    let flags = ["--via", "url", "--delay", &DELAY_S.to_string()].map(str::to_owned).to_vec();
    observed::observe_all(program, &Setting { flags, variables: Vec::new(), origin: String::new() }, cases);
}

/// Observes the cases with an origin under another name, which only the proxy can resolve.
fn over_proxy(program: Result<OsString, String>, cases: &[Case]) {
    let service_ns = (DELAY_S * 1e9).to_string();
    let leading_args = ["serve-embedded", "--service-ns", &service_ns].map(str::to_owned).to_vec();
    let authority = Authority::create().unwrap();
    let kind = Kind::Embedded(EmbeddedProgram { exe: PathBuf::from(env!("CARGO_BIN_EXE_tlstax")), leading_args });
    let mut launch = Launch::new(kind, authority.chain_file(), authority.key_file());
    launch.ports = 1;
    launch.pins.tickets = true;
    let origin = Origin::start(&launch).unwrap();
    let map = format!("habits.tlstax.test={}", origin.ready().https[0]);
    // The CA bundle has Mozilla's root certificates and the origin's, as that of a usual machine would.
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
fn the_talks_stack_by_url() {
    let cases = [
        // All connections are opened at once, each by its own Session: there is no connection to reuse and no TLS
        // session to resume.
        case("HABITS/python/talk_stage.py 2 {url} 12", &["client-per-request", "serialized"]),
        case("HABITS/python/talk_stage.py 4 {url} 12", &["client-per-request"]),
    ];
    by_url(pythons_of_the_talk(), &cases);
}

#[test]
fn the_talks_stack_over_a_proxy() {
    let cases = [
        case("HABITS/python/talk_stage.py 2 https://habits.tlstax.test 12", &["client-per-request", "serialized"]),
        case("HABITS/python/talk_stage.py 4 https://habits.tlstax.test 12", &["client-per-request"]),
    ];
    over_proxy(pythons_of_the_talk(), &cases);
}

// Whether requests one after another take a third of the run depends on how long the program takes to start.
#[test]
fn a_client_per_request_and_one_for_all_by_url() {
    let rebuilt = &["client-per-request", "no-resumption", "no-reuse", "?one-at-a-time"];
    by_url(rust(), &[case("reqwest-rebuilt {url} 20", rebuilt), case("reqwest-shared {url} 20", &[])]);
}

#[test]
fn a_client_per_request_and_one_for_all_over_a_proxy() {
    let rebuilt = &["client-per-request", "no-reuse", "?one-at-a-time"];
    let cases = [
        case("reqwest-rebuilt https://habits.tlstax.test 20", rebuilt),
        // hyper-util opens a connection for a request that waits, and uses the one that is free first.
        case("reqwest-shared https://habits.tlstax.test 20", &["?unused-connections"]),
    ];
    over_proxy(rust(), &cases);
}

#[test]
fn a_program_that_takes_no_proxy_is_not_seen() {
    over_proxy(installed("node"), &[case("HABITS/node/agent.mjs ORIGIN 12", &["not-seen"])]);
}
