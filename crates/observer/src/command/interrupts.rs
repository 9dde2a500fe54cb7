//! Signals that reach the observer while a command runs.

use std::io::IsTerminal;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::Error;

/// Signals that came, passed on to the command: the command decides what becomes of it, and its end ends the observation.
pub struct Interrupts {
    signals: Signals,
    /// The terminal sends its interrupt to the command as well.
    terminal: bool,
    met: bool,
}

impl Interrupts {
    /// Listens from now on for SIGINT, SIGTERM and SIGHUP.
    ///
    /// # Errors
    /// The system refuses to.
    pub fn listen() -> Result<Interrupts, Error> {
        let signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(Error::Signals)?;
        Ok(Interrupts { signals, terminal: std::io::stdin().is_terminal(), met: false })
    }

    /// Whether any came.
    pub fn met(&self) -> bool {
        self.met
    }

    /// Passes on to `pid` what came since the last look.
    pub(super) fn pass_on(&mut self, pid: Pid) {
        for number in self.signals.pending() {
            self.met = true;
            if number == SIGINT && self.terminal {
                continue;
            }
            if let Ok(signal) = Signal::try_from(number) {
                // One that has ended meanwhile needs no signal.
                let _ = kill(pid, signal);
            }
        }
    }
}
