//! What the embedded server is told on its command line: the same flags as the origin in Go takes.

use std::path::PathBuf;

use clap::Parser;

use crate::{Error, Pins};

/// What to serve, and where.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(name = "embedded", no_binary_name = true)]
pub struct Settings {
    /// Listeners for each of HTTP and HTTPS, all on 127.0.0.1.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    pub ports: u16,
    /// Serve HTTP on this port only; 0: as --ports says.
    #[arg(long, value_name = "PORT")]
    pub http_port: Option<u16>,
    /// Serve HTTPS on this port only; 0: as --ports says.
    #[arg(long, value_name = "PORT")]
    pub https_port: Option<u16>,
    /// PEM: the leaf, then its intermediates.
    #[arg(long, value_name = "FILE")]
    pub cert: PathBuf,
    /// PEM: the leaf's private key.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// What of TLS is pinned.
    #[command(flatten)]
    pub pins: Pins,
    /// Don't read standard input; end on SIGINT or SIGTERM.
    #[arg(long)]
    pub foreground: bool,
}

impl Settings {
    /// Reads them from arguments, without the program's name before them.
    ///
    /// # Errors
    /// [`Error::Arguments`], whose text says which argument is wrong and how to ask for help.
    pub fn from_args(arguments: impl Iterator<Item = String>) -> Result<Settings, Error> {
        Settings::try_parse_from(arguments).map_err(Error::Arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Group, TlsVersion};

    fn settings(arguments: &[&str]) -> Result<Settings, Error> {
        let required = ["--cert", "c.pem", "--key", "k.pem"];
        Settings::from_args(required.iter().chain(arguments).map(|argument| (*argument).to_owned()))
    }

    #[test]
    fn the_defaults_are_the_handshake_that_everyone_can_do() {
        let settings = settings(&[]).unwrap();
        assert_eq!((settings.ports, settings.http_port, settings.foreground), (16, None, false));
        assert_eq!(settings.pins, Pins::default());
    }

    #[test]
    fn every_flag_is_read() {
        let arguments =
            "--ports 2 --https-port 8443 --tls-version 1.2 --groups secp256r1,x25519 --tickets --foreground";
        let settings = settings(&arguments.split(' ').collect::<Vec<_>>()).unwrap();
        assert_eq!((settings.ports, settings.https_port, settings.foreground), (2, Some(8443), true));
        assert_eq!(settings.pins.tls_version, TlsVersion::Tls12);
        assert_eq!(settings.pins.groups, [Group::Secp256r1, Group::X25519]);
        assert!(settings.pins.tickets);
    }

    #[test]
    fn pins_survive_the_command_line() {
        let pins = Pins { groups: Group::ALL.to_vec(), tickets: true, ..Pins::default() };
        let arguments = pins.arguments();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        assert_eq!(settings(&arguments).unwrap().pins, pins);
    }

    #[test]
    fn a_wrong_argument_is_named() {
        let error = settings(&["--groups", "p256"]).unwrap_err().to_string();
        assert!(error.contains("--groups") && error.contains("x25519mlkem768"), "{error}");
    }
}
