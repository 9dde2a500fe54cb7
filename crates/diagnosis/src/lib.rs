//! What an observation means: why a program's HTTPS is slow, and what to change.
//!
//! [`diagnose`] reads an [`observation::Observation`] and gives a [`Diagnosis`]: a verdict, findings with their evidence, cost
//! and advice, and what could not be judged. It does no I/O and sees nothing that is not in the observation; how findings
//! are shown is the report's.
//!
//! A finding is made only where the evidence carries it; thresholds stand in the file of each, with their reasons.

mod code;
mod diagnosis;
mod finding;

pub use code::{Code, UnknownCode};
pub use diagnosis::{Diagnosis, Least, Verdict, diagnose};
pub use finding::{Advice, Confidence, Cost, Finding};
