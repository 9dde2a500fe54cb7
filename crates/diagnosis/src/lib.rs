//! What an observation means: why a program's HTTPS is slow, and what to change.
//!
//! [`diagnose`] reads an [`observation::Observation`] and gives a [`Diagnosis`]: where the time went, a verdict,
//! findings with their evidence, saving and advice, and what could not be judged. It does no I/O and sees nothing that
//! is not in the observation; how findings are shown is the report's.
//!
//! A finding is a file of `findings/` with one rule, and a line of the list (docs/adding-a-finding.md).

mod account;
mod case;
mod code;
mod concurrency;
mod diagnosis;
mod finding;
mod findings;
#[cfg(test)]
mod fixtures;
mod list;
mod not_judged;
mod notes;
mod overlap;
mod ranking;
mod rule;
mod verdict;
mod words;

pub use account::{Account, Part, Spent};
pub use code::Code;
pub use diagnosis::{AT_A_TIME, Diagnosis, diagnose};
pub use finding::{Advice, Confidence, Cost, Finding};
pub use list::UnknownCode;
pub use not_judged::NotJudged;
pub use verdict::{Least, Unexplained, Verdict};
