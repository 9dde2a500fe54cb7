//! How an origin is started: the program and its command line.

use std::ffi::OsString;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::Command;

use crate::{Pins, embedded};

/// The origin's name in results.
const GO_HTTPBIN: &str = "go-httpbin";

/// The program of an origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// go-httpbin, built by [`crate::go`].
    GoHttpbin {
        /// The built program.
        binary: PathBuf,
    },
    /// The embedded origin, written in Rust.
    Embedded(EmbeddedProgram),
}

/// A program that calls [`embedded::serve`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedProgram {
    /// The program, e.g. the running one.
    pub exe: PathBuf,
    /// Arguments before the flags of [`embedded::Settings`], e.g. a subcommand.
    pub leading_args: Vec<String>,
}

impl Kind {
    /// The origin's name: `go-httpbin` or `embedded`.
    pub fn name(&self) -> &'static str {
        match self {
            Kind::GoHttpbin { .. } => GO_HTTPBIN,
            Kind::Embedded(_) => embedded::NAME,
        }
    }
}

/// An origin to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// Which.
    pub kind: Kind,
    /// Loopback addresses over which the listeners are distributed.
    pub addresses: Vec<Ipv4Addr>,
    /// The number of listeners for each of HTTP and HTTPS, at least one per address. There are several, because
    /// connections in TIME_WAIT limit the connections per minute of a port.
    pub ports: u16,
    /// The port of each address for HTTP; `None`: `ports` ports that the system picks.
    pub http_port: Option<u16>,
    /// The same for HTTPS.
    pub https_port: Option<u16>,
    /// The pinned TLS parameters.
    pub pins: Pins,
    /// PEM: the leaf, then its intermediates.
    pub chain_file: PathBuf,
    /// PEM: the leaf's key.
    pub key_file: PathBuf,
    /// The CPUs that it may use; `None`: the caller's.
    pub cpus: Option<Vec<usize>>,
    /// Whether it handles signals instead of commands. Then its ledger can't be read, and it outlives a caller that is
    /// killed.
    pub foreground: bool,
}

impl Launch {
    /// An origin with 16 ports of 127.0.0.1 for each transport, the default pins, and any CPU.
    pub fn new(kind: Kind, chain_file: impl Into<PathBuf>, key_file: impl Into<PathBuf>) -> Launch {
        Launch {
            kind,
            addresses: vec![Ipv4Addr::LOCALHOST],
            ports: 16,
            http_port: None,
            https_port: None,
            pins: Pins::default(),
            chain_file: chain_file.into(),
            key_file: key_file.into(),
            cpus: None,
            foreground: false,
        }
    }

    /// The program to run.
    pub(crate) fn program(&self) -> &PathBuf {
        match &self.kind {
            Kind::GoHttpbin { binary } => binary,
            Kind::Embedded(program) => &program.exe,
        }
    }

    /// The program with its arguments: the same flags for both origins.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(self.program());
        if let Kind::Embedded(program) = &self.kind {
            command.args(&program.leading_args);
        }
        let mut flag = |name: &str, value: OsString| {
            command.arg(name).arg(value);
        };
        let addresses: Vec<String> = self.addresses.iter().map(ToString::to_string).collect();
        flag("--addresses", addresses.join(",").into());
        flag("--ports", self.ports.to_string().into());
        for (name, port) in [("--http-port", self.http_port), ("--https-port", self.https_port)] {
            if let Some(port) = port {
                flag(name, port.to_string().into());
            }
        }
        flag("--cert", self.chain_file.clone().into());
        flag("--key", self.key_file.clone().into());
        command.args(self.pins.arguments());
        if self.foreground {
            command.arg("--foreground");
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use params::{Group, TlsVersion};

    use super::*;
    use crate::embedded::Settings;

    #[test]
    fn what_is_launched_is_what_the_server_reads() {
        let program = EmbeddedProgram { exe: "tlstax".into(), leading_args: vec!["serve-embedded".into()] };
        let launch = Launch {
            addresses: vec![Ipv4Addr::LOCALHOST, Ipv4Addr::new(127, 0, 0, 2)],
            ports: 3,
            http_port: Some(8080),
            pins: Pins { tls_version: TlsVersion::Tls12, groups: vec![Group::Secp256r1], ..Pins::default() },
            foreground: true,
            ..Launch::new(Kind::Embedded(program), "c.pem", "k.pem")
        };
        let command = launch.command();
        let mut arguments = command.get_args().map(|argument| argument.to_str().unwrap().to_owned());
        assert_eq!(arguments.next().as_deref(), Some("serve-embedded"));
        let settings = Settings::from_args(arguments).unwrap();
        assert_eq!((settings.ports, settings.http_port, settings.https_port), (3, Some(8080), None));
        assert_eq!((settings.addresses, settings.pins), (launch.addresses, launch.pins));
        assert!(settings.foreground);
    }
}
