//! Handles Ctrl-C, SIGTERM and a closed terminal: the run ends in order, and its results are kept.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use signal_hook::flag;

use crate::failure::{Failure, INTERRUPTED};

/// A flag that becomes true at the first signal, except for those that this process was started to ignore. The second
/// signal ends the program at once: engines and origins end with their pipes, external programs with their parent.
/// Further calls return the same flag.
pub(crate) fn flag() -> Result<Arc<AtomicBool>, Failure> {
    static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    if let Some(interrupted) = FLAG.get() {
        return Ok(Arc::clone(interrupted));
    }
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in processes::heeded() {
        // Registered first, so that it sees the flag before this signal sets it.
        flag::register_conditional_shutdown(signal, i32::from(INTERRUPTED), Arc::clone(&interrupted))
            .and_then(|_| flag::register(signal, Arc::clone(&interrupted)))
            .map_err(Failure::io("listening for Ctrl-C"))?;
    }
    Ok(Arc::clone(FLAG.get_or_init(|| interrupted)))
}
