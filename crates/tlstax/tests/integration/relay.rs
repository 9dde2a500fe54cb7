//! The hidden subcommand is the relay's process, which its starter finds without installing anything else.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use origin::{EmbeddedProgram, Relay};

#[test]
fn the_subcommand_relays_for_its_starter() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = listener.local_addr().unwrap();
    let program = EmbeddedProgram { exe: env!("CARGO_BIN_EXE_tlstax").into(), leading_args: vec!["relay".to_owned()] };
    let relay = Relay::start(&program, &[target], Duration::from_millis(10), None).unwrap();
    let start = Instant::now();
    let mut client = TcpStream::connect(relay.addresses()[0]).unwrap();
    client.write_all(b"x").unwrap();
    let mut origin = listener.accept().unwrap().0;
    origin.read_exact(&mut [0]).unwrap();
    assert!(start.elapsed() >= Duration::from_millis(15));
}

#[test]
fn it_refuses_what_it_cannot_relay_and_is_not_in_the_help() {
    let run = |arguments: &[&str]| Command::new(env!("CARGO_BIN_EXE_tlstax")).args(arguments).output().unwrap();
    let refused = run(&["relay", "--targets", "192.0.2.1:443", "--rtt-ns", "1000000"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("192.0.2.1:443"));
    assert!(!String::from_utf8_lossy(&run(&["--help"]).stdout).contains("relay"));
}
