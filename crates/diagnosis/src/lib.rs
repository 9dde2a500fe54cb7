//! Diagnoses an observation: why a program's HTTPS is slow, and what to change.
//!
//! [`diagnose`] turns an [`observation::Observation`] into a [`Diagnosis`]: where the time went, a verdict, findings
//! with their evidence, saving and advice, and what could not be judged. It does no I/O and uses only what is in the
//! observation. How findings are shown is left to crate `render`.
//!
//! Each finding has a file in `findings/` with its rule, and a line in `list.rs` (docs/adding-a-finding.md).

mod account;
mod case;
mod code;
mod conclusion;
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
mod words;

pub use account::{Account, Part, Spent};
pub use code::Code;
pub use conclusion::{Conclusion, Least, Unexplained};
pub use diagnosis::{AT_A_TIME, Diagnosis, diagnose};
pub use finding::{Advice, Confidence, Cost, Finding};
pub use list::UnknownCode;
pub use not_judged::NotJudged;
