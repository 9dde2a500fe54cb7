//! The built program, run as a user runs it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod axes;
mod bad_input;
mod certificates;
mod cmp;
mod common;
mod compressed;
mod engines;
mod escapes;
mod flood;
mod forbidding_machine;
mod go_build;
mod go_httpbin;
mod golden;
mod left_behind;
mod manual;
mod observe_behind_a_proxy;
mod observe_command;
mod observe_habits;
mod observe_servers;
mod own_request;
mod own_server;
mod pacing;
mod page;
mod paired;
mod profile;
mod readme;
mod relay;
mod report;
mod reporting_tool;
mod result_place;
mod resume;
mod run;
mod schema;
mod signals;
mod streams;
mod talk;
mod trouble;
mod url;
mod version;
