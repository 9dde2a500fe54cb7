//! Signals that ask a program to end, and the signal of the file size limit.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use procfs::process::Process;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag;

/// SIGINT, SIGTERM and SIGHUP, without those that this process was started to ignore, as `nohup` and a shell's
/// background jobs do. Those stay ignored, also by its children, so no handler must be registered for them. All three
/// if the system does not tell.
pub fn heeded() -> Vec<i32> {
    not_ignored(&[SIGINT, SIGTERM, SIGHUP])
}

fn not_ignored(signals: &[i32]) -> Vec<i32> {
    let ignored = Process::myself().and_then(|process| process.status()).map_or(0, |status| status.sigign);
    signals.iter().copied().filter(|number| ignored & (1 << (number - 1)) == 0).collect()
}

/// Makes writing beyond the file size limit (`ulimit -f`) fail with EFBIG. Otherwise SIGXFSZ would end the process
/// without a message. The signal is caught and not ignored, so that child processes get the default back.
///
/// # Errors
/// When the system refuses.
pub fn outlive_file_size_limit() -> io::Result<()> {
    not_ignored(&[SIGXFSZ]).into_iter().try_for_each(|signal| flag::register(signal, Arc::default()).map(drop))
}

/// Records signals instead of letting them end this process, until it is dropped.
#[derive(Debug)]
pub struct Noted {
    met: Arc<AtomicBool>,
    ends: Arc<AtomicBool>,
}

/// Records the [`heeded`] signals from now on, for work that must clean up before it ends.
///
/// # Errors
/// When the system refuses.
pub fn note() -> io::Result<Noted> {
    let noted = Noted { met: Arc::default(), ends: Arc::default() };
    for signal in heeded() {
        flag::register_conditional_default(signal, Arc::clone(&noted.ends))?;
        flag::register(signal, Arc::clone(&noted.met))?;
    }
    Ok(noted)
}

impl Noted {
    /// Whether any signal came.
    pub fn met(&self) -> &AtomicBool {
        &self.met
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        self.ends.store(true, Relaxed);
    }
}
