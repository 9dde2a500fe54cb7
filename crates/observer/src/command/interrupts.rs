//! Signals that reach the observer while a command runs.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getpgid, getpgrp};
use signal_hook::flag;
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::WithOrigin;
use signal_hook::low_level::siginfo::{Cause, Origin};

use crate::Error;

/// Whether signals do to this process what they always do: while no command runs.
static IS_DEFAULT: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Signals that came, passed on to the command: the command decides what becomes of it, and its end ends the
/// observation. Before a command begins, after it has ended, and when this is dropped, they end this process as they
/// always do.
pub struct Interrupts {
    signals: SignalsInfo<WithOrigin>,
    is_default: Arc<AtomicBool>,
    met: bool,
}

impl Interrupts {
    /// Listens from now on for SIGINT, SIGTERM and SIGHUP, but for those that this process was started to ignore (as
    /// `nohup` does): they stay ignored, by the command too.
    ///
    /// # Errors
    /// The system refuses to.
    pub fn listen() -> Result<Interrupts, Error> {
        let heeded = processes::heeded();
        let is_default = Arc::clone(match IS_DEFAULT.get() {
            Some(known) => known,
            None => {
                let is_default = Arc::new(AtomicBool::new(true));
                for number in &heeded {
                    flag::register_conditional_default(*number, Arc::clone(&is_default)).map_err(Error::Signals)?;
                }
                IS_DEFAULT.get_or_init(|| is_default)
            }
        });
        let signals = SignalsInfo::new(heeded).map_err(Error::Signals)?;
        Ok(Interrupts { signals, is_default, met: false })
    }

    /// Whether any came while a command ran.
    pub fn met(&self) -> bool {
        self.met
    }

    /// Keeps what comes from now on for the command.
    pub(crate) fn hold(&mut self) {
        self.is_default.store(false, Relaxed);
    }

    /// Has signals end this process again.
    pub(crate) fn release(&mut self) {
        self.is_default.store(true, Relaxed);
    }

    /// Takes note of what came since the last look, when the command has ended and gets no more.
    pub(super) fn keep(&mut self) {
        self.met |= self.signals.pending().count() > 0;
    }

    /// Passes on to `pid` what came since the last look.
    pub(super) fn pass_on(&mut self, pid: Pid) {
        for origin in self.signals.pending() {
            self.met = true;
            if has_come_to(pid, &origin) {
                continue;
            }
            if let Ok(signal) = Signal::try_from(origin.signal) {
                // One that has ended meanwhile needs no signal.
                let _ = kill(pid, signal);
            }
        }
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        self.release();
    }
}

/// Whether `pid` has got that signal itself: what the kernel sends of its own accord comes from the terminal, and goes
/// to all of the process group in its foreground. What a process sends is for this one alone.
fn has_come_to(pid: Pid, origin: &Origin) -> bool {
    origin.cause == Cause::Kernel && getpgid(Some(pid)).is_ok_and(|group| group == getpgrp())
}
