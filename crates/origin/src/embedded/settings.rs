//! The settings of the embedded server: the same command-line flags as for the origin in Go.

use std::net::Ipv4Addr;
use std::path::PathBuf;

use clap::Parser;
use clap::error::ErrorKind;
use params::TlsVersion;

use crate::{Error, Pins};

/// What to serve, and where.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(name = "embedded", no_binary_name = true)]
pub struct Settings {
    /// Loopback addresses that listeners are shared out over.
    #[arg(long, value_name = "ADDRESS,…", value_delimiter = ',', default_value = "127.0.0.1", value_parser = loopback)]
    pub addresses: Vec<Ipv4Addr>,
    /// Listeners for each of HTTP and HTTPS, the addresses taking turns.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    pub ports: u16,
    /// Serve HTTP on this port of each address only; 0: as --ports says.
    #[arg(long, value_name = "PORT")]
    pub http_port: Option<u16>,
    /// Serve HTTPS on this port of each address only; 0: as --ports says.
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
    /// The oldest version of TLS that is spoken besides the pinned one; none: the pinned one alone.
    #[arg(long, value_name = "VERSION")]
    pub oldest_tls: Option<TlsVersion>,
    /// Delay every response by this long, in addition to the delay that its path requests.
    #[arg(long, value_name = "NS", default_value_t = 0)]
    pub service_ns: u64,
    /// Respond to requests that are for no endpoint with 200 and their echo, whatever their path and method.
    #[arg(long)]
    pub any_request: bool,
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
        let settings = Settings::try_parse_from(arguments).map_err(Error::Arguments)?;
        let (ports, addresses) = (usize::from(settings.ports), settings.addresses.len());
        if ports < addresses {
            let reason = format!("--ports {ports} is too few for {addresses} --addresses: each needs a listener\n");
            return Err(Error::Arguments(clap::Error::raw(ErrorKind::ValueValidation, reason)));
        }
        Ok(settings)
    }
}

/// Parses a loopback address. An origin responds to any client, so it must not be reachable from the network.
fn loopback(text: &str) -> Result<Ipv4Addr, String> {
    match text.parse::<Ipv4Addr>() {
        Ok(address) if address.is_loopback() => Ok(address),
        _ => Err("it is not one of 127.0.0.0/8: an origin serves this machine only".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use params::Group;

    use super::*;

    fn settings(arguments: &[&str]) -> Result<Settings, Error> {
        let required = ["--cert", "c.pem", "--key", "k.pem"];
        Settings::from_args(required.iter().chain(arguments).map(|argument| (*argument).to_owned()))
    }

    #[test]
    fn the_defaults_are_the_handshake_that_everyone_can_do() {
        let settings = settings(&[]).unwrap();
        assert_eq!((settings.ports, settings.http_port, settings.foreground), (16, None, false));
        assert_eq!((settings.addresses, settings.pins), (vec![Ipv4Addr::LOCALHOST], Pins::default()));
    }

    #[test]
    fn only_this_machine_is_served() {
        let addresses = settings(&["--addresses", "127.0.0.1,127.9.0.2"]).unwrap().addresses;
        assert_eq!(addresses, [Ipv4Addr::LOCALHOST, Ipv4Addr::new(127, 9, 0, 2)]);
        for address in ["192.0.2.1", "0.0.0.0", "127.0.0.1,10.0.0.1", "::1", "localhost"] {
            let error = settings(&["--addresses", address]).unwrap_err().to_string();
            assert!(error.contains("127.0.0.0/8"), "{error}");
        }
        let error = settings(&["--addresses", "127.0.0.1,127.0.0.2", "--ports", "1"]).unwrap_err().to_string();
        assert!(error.contains("--ports 1 is too few"), "{error}");
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
    fn what_only_this_origin_can_is_off_unless_asked_for() {
        let plain = settings(&[]).unwrap();
        assert_eq!((plain.oldest_tls, plain.service_ns, plain.any_request), (None, 0, false));
        let asked = settings(&["--oldest-tls", "1.2", "--service-ns", "200000000", "--any-request"]).unwrap();
        assert_eq!((asked.oldest_tls, asked.service_ns), (Some(TlsVersion::Tls12), 200_000_000));
        assert!(asked.any_request);
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
        let error = settings(&["--groups", "p384"]).unwrap_err().to_string();
        assert!(error.contains("--groups") && error.contains("x25519mlkem768"), "{error}");
    }
}
