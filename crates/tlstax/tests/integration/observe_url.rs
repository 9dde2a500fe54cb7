//! `tlstax observe` with a URL of its own finds each habit of `habits/`, and nothing beside it. Why it is there stands
//! in `habits/README.md`.

use std::ffi::OsString;

use crate::common::observed;
use crate::common::observed::{Case, DELAY_S, Setting, case, go, installed, python, pythons_of_the_talk, rust};

/// What becomes of a client object per request.
const ANEW: &[&str] = &["client-per-request", "no-resumption", "no-reuse", "?one-at-a-time"];
/// Of requests one after another: whether it is a third of the run depends on how long the program takes to start.
const SERIAL: &[&str] = &["?one-at-a-time"];
/// Of a library that loads its roots for each connection: whether that is a third of the CPU depends on the machine.
const LOADS: &[&str] = &["?trust-store-per-connection"];

fn observe_all(program: Result<OsString, String>, cases: &[Case]) {
    let flags = ["--via", "url", "--delay", &DELAY_S.to_string()].map(str::to_owned).to_vec();
    observed::observe_all(program, &Setting { flags, variables: Vec::new(), origin: String::new() }, cases);
}

#[test]
fn pythons_requests() {
    let cases = [
        case("HABITS/python/requests_get.py {url} 12", ANEW),
        case("HABITS/python/requests_session.py {url} 12", SERIAL),
        case("HABITS/python/requests_threads.py {url} 64", LOADS),
    ];
    observe_all(python("habits"), &cases);
}

#[test]
fn pythons_httpx() {
    let cases =
        [case("HABITS/python/httpx_get.py {url} 12", ANEW), case("HABITS/python/httpx_client.py {url} 12", SERIAL)];
    observe_all(python("habits"), &cases);
}

#[test]
fn pythons_aiohttp() {
    let cases = [
        // One TLS context serves all sessions: the trust store is loaded once, when aiohttp is imported.
        case("HABITS/python/aiohttp_many.py {url} 64", &["no-resumption", "no-reuse"]),
        case("HABITS/python/aiohttp_one.py {url} 64", &[]),
        case(
            "HABITS/python/aiohttp_stalled.py {url} 12",
            &["handshake-held", "no-resumption", "no-reuse", "?one-at-a-time"],
        ),
    ];
    observe_all(python("habits"), &cases);
}

#[test]
fn the_talks_stack() {
    let cases = [
        // All connections are opened at once, a Session each: there is none to use again, and no session to resume.
        case("HABITS/python/talk_stage.py 2 {url} 12", &["client-per-request", "serialized"]),
        case("HABITS/python/talk_stage.py 4 {url} 12", &["client-per-request"]),
    ];
    observe_all(pythons_of_the_talk(), &cases);
}

#[test]
fn curl() {
    installed("curl").map_or_else(
        |missing| observe_all(Err(missing), &[]),
        |_| {
            let cases = [
                case("HABITS/shell/curl_loop.sh {url} 12", ANEW),
                case("HABITS/shell/curl_parallel.sh {url} 64", LOADS),
            ];
            observe_all(installed("sh"), &cases);
        },
    );
}

#[test]
fn node() {
    let cases = [
        // The agent keeps sessions even where it keeps no connection.
        case("HABITS/node/no_agent.mjs {url} 12", &["no-reuse", "?one-at-a-time"]),
        case("HABITS/node/no_agent.mjs {url} 40 4", &["no-reuse"]),
        case("HABITS/node/agent.mjs {url} 12", SERIAL),
        case("HABITS/node/agent.mjs {url} 40 4", &[]),
    ];
    observe_all(installed("node"), &cases);
}

#[test]
fn gos_net_http() {
    let cases =
        [case("leaked {url} 12", &["no-resumption", "no-reuse", "?one-at-a-time"]), case("closed {url} 12", SERIAL)];
    observe_all(go(), &cases);
}

#[test]
fn rusts_reqwest() {
    let cases = [case("reqwest-rebuilt {url} 20", ANEW), case("reqwest-shared {url} 20", &[])];
    observe_all(rust(), &cases);
}

#[test]
fn rusts_ureq() {
    let cases = [
        case("ureq {url} 12", SERIAL),
        // As serial over HTTP: whatever it is, it is not TLS.
        case("blocking-in-tokio {url} 12", SERIAL),
    ];
    observe_all(rust(), &cases);
}
