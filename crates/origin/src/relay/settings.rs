//! The command line of a relay's process, and the limits of what can be relayed.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;

use super::RelayError;
use crate::Error;

/// The longest round-trip time that a relay imitates.
pub const LONGEST_RTT: Duration = Duration::from_secs(10);

/// The addresses to relay to, and the distance to imitate.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(name = "relay", no_binary_name = true)]
pub struct Settings {
    /// Addresses on loopback to relay to; each has a listener of its own on the same IP address.
    #[arg(long, value_name = "ADDRESS,…", value_delimiter = ',', required = true)]
    pub targets: Vec<SocketAddr>,
    /// The round-trip time to imitate, ns.
    #[arg(long, value_name = "NS")]
    pub rtt_ns: u64,
}

impl Settings {
    /// Reads them from arguments, without the program's name before them.
    ///
    /// # Errors
    /// [`Error::Arguments`] for what can't be read, [`Error::Relay`] for what is not to be.
    pub fn from_args(arguments: impl Iterator<Item = String>) -> Result<Settings, Error> {
        let settings = Settings::try_parse_from(arguments).map_err(Error::Arguments)?;
        checked(&settings.targets, Duration::from_nanos(settings.rtt_ns))?;
        Ok(settings)
    }
}

/// Checks that these targets and this round-trip time are supported.
pub(super) fn checked(targets: &[SocketAddr], rtt: Duration) -> Result<(), RelayError> {
    if rtt.is_zero() || rtt > LONGEST_RTT {
        return Err(RelayError::Rtt(rtt));
    }
    if targets.is_empty() {
        return Err(RelayError::NoTarget);
    }
    match targets.iter().find(|target| !target.ip().is_loopback()) {
        Some(elsewhere) => Err(RelayError::Elsewhere(*elsewhere)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(arguments: &[&str]) -> Result<Settings, Error> {
        Settings::from_args(arguments.iter().map(|argument| (*argument).to_owned()))
    }

    #[test]
    fn only_what_can_be_imitated_is_taken() {
        let good = settings(&["--targets", "127.0.0.1:80,127.0.0.2:81", "--rtt-ns", "10000000"]).unwrap();
        assert_eq!((good.targets.len(), good.rtt_ns), (2, 10_000_000));
        for (rtt, word) in [("0", "no relay"), ("10000000001", "10 s")] {
            let error = settings(&["--targets", "127.0.0.1:80", "--rtt-ns", rtt]).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
        let error = settings(&["--targets", "192.0.2.1:80", "--rtt-ns", "1"]).unwrap_err().to_string();
        assert!(error.contains("192.0.2.1:80"), "{error}");
    }
}
