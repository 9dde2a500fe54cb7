//! A probe: an observer of a trial's process from outside the harness, such as a profiler.
//!
//! The harness calls it at the right times, and does not know what it observes. A run without a probe pays nothing for
//! it.

use measure::result::{Section, Trial};
use workload::Cell;

/// Observes the process of each trial of a built-in cell or of an engine that speaks the trial protocol. An error makes
/// the trial invalid, for the reason given.
pub trait Probe {
    /// The process of a trial of `cell` was started, on its CPUs, and has not received any message yet. If an earlier
    /// trial never reached its end, it is over now.
    ///
    /// # Errors
    ///
    /// The process cannot be observed.
    fn spawned(&mut self, cell: &Cell, pid: u32) -> Result<(), String>;

    /// The costs are read next, and then the requests begin: the process waits meanwhile.
    ///
    /// # Errors
    ///
    /// Observing cannot begin.
    fn go(&mut self) -> Result<(), String>;

    /// The requests have been made and the costs been read: the process still exists, and waits.
    ///
    /// # Errors
    ///
    /// The observations are lost.
    fn finished(&mut self) -> Result<(), String>;

    /// The trial has been checked and is on disk. The observations are only useful if it [counts](Trial::counts); it
    /// may have failed before `go` or before `finished`.
    fn ended(&mut self, section: &Section, trial: &Trial);
}

/// Borrows the probe for one trial.
pub(crate) fn lent<'a>(probe: &'a mut Option<&mut dyn Probe>) -> Option<&'a mut dyn Probe> {
    match probe {
        Some(probe) => Some(&mut **probe),
        None => None,
    }
}
