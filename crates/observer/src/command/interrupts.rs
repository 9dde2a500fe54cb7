//! Handles signals that the observer receives while a command runs.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getpgid, getpgrp};
use signal_hook::flag;
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::WithOrigin;
use signal_hook::low_level::siginfo::{Cause, Origin};

use crate::Error;

/// Whether signals have their default effect on this process, which they have while no command runs.
static IS_DEFAULT: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Forwards signals to the command, which decides how to react; its end ends the observation. Before a command starts,
/// after it has ended, and when this is dropped, signals terminate this process as usual.
pub struct Interrupts {
    signals: SignalsInfo<WithOrigin>,
    is_default: Arc<AtomicBool>,
    met: bool,
}

impl Interrupts {
    /// Installs handlers for SIGINT, SIGTERM and SIGHUP, except for those that this process was started to ignore (as
    /// `nohup` does): they stay ignored, also by the command.
    ///
    /// # Errors
    /// A handler can't be installed.
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

    /// Whether any signal came while a command ran.
    pub fn met(&self) -> bool {
        self.met
    }

    /// Makes signals wait for the command from now on.
    pub(crate) fn hold(&mut self) {
        self.is_default.store(false, Relaxed);
    }

    /// Makes signals terminate this process again.
    pub(crate) fn release(&mut self) {
        self.is_default.store(true, Relaxed);
    }

    /// Notes signals that came since the last check, when the command has ended and gets no more.
    pub(super) fn keep(&mut self) {
        self.met |= self.signals.pending().count() > 0;
    }

    /// Forwards signals that came since the last check to `pid`.
    pub(super) fn pass_on(&mut self, pid: Pid) {
        for origin in self.signals.pending() {
            self.met = true;
            if has_come_to(pid, &origin) {
                continue;
            }
            if let Ok(signal) = Signal::try_from(origin.signal) {
                // It fails if the process has ended meanwhile, which doesn't matter.
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

/// Whether `pid` has received that signal itself: a signal that the kernel sends comes from the terminal and goes to
/// the whole foreground process group. A signal from a process goes to this process only.
fn has_come_to(pid: Pid, origin: &Origin) -> bool {
    origin.cause == Cause::Kernel && getpgid(Some(pid)).is_ok_and(|group| group == getpgrp())
}
