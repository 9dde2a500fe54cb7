//! Both directions of a connection, made of whatever libFuzzer comes up with.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../conversation.rs"]
mod conversation;

fuzz_target!(|input: &[u8]| conversation::play(input));
