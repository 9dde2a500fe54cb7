//! What an observation means: why a program's HTTPS is slow, and what to change.
//!
//! [`diagnose`] reads an [`observation::Observation`] and gives a [`Diagnosis`]: a verdict, findings with their
//! evidence, cost and advice, and what could not be judged. It does no I/O and sees nothing that is not in the
//! observation; how findings are shown is the report's.
//!
//! A finding is made only where the evidence carries it; thresholds stand in the file of each, with their reasons.

#[cfg(test)]
mod built;
mod case;
mod code;
mod concurrency;
mod diagnosis;
mod finding;
mod findings;
mod notes;
mod overlap;
mod unjudged;
mod verdict;
mod words;

pub use code::{Code, UnknownCode};
pub use diagnosis::{Diagnosis, Least, Verdict, diagnose};
pub use finding::{Advice, Confidence, Cost, Finding};
pub use unjudged::NotJudged;
