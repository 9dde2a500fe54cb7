//! A probe: something outside of the harness that watches a trial's process, such as a profiler.
//!
//! The harness says when; what is watched, and with what, it does not know. A run without a probe pays nothing for it.

use measure::result::{Section, Trial};
use workload::Cell;

/// Watches the process of each trial of a built-in cell or of an engine that speaks the trial protocol. An error makes
/// the trial invalid, for the reason given.
pub trait Probe {
    /// The process of a trial of `cell` was started, on its CPUs, and has been told nothing yet. A trial before it that
    /// never ended is over.
    ///
    /// # Errors
    /// The process cannot be watched.
    fn spawned(&mut self, cell: &Cell, pid: u32) -> Result<(), String>;

    /// The costs are read next, and then the requests begin: the process waits meanwhile.
    ///
    /// # Errors
    /// Watching cannot begin.
    fn go(&mut self) -> Result<(), String>;

    /// The requests have been made and the costs been read: the process lives still, and waits.
    ///
    /// # Errors
    /// What was watched is lost.
    fn finished(&mut self) -> Result<(), String>;

    /// The trial has been judged and is on disk. Only if it [counts](Trial::counts), what was watched is worth
    /// something; it may have failed before `go` or before `finished`.
    fn ended(&mut self, section: &Section, trial: &Trial);
}

/// The probe, lent for one trial.
pub(crate) fn lent<'a>(probe: &'a mut Option<&mut dyn Probe>) -> Option<&'a mut dyn Probe> {
    match probe {
        Some(probe) => Some(&mut **probe),
        None => None,
    }
}
