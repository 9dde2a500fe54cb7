//! The talk's use case: a reporting tool that makes thousands of HTTPS GETs of many hosts and must be done within the
//! fifteen minutes that AWS Lambda gives it.
//!
//! It fetches one by one, with TLS that blocks inside async, and properly ([`fetch::talk::gets`]), and says what each
//! comes to. The hosts are names for listeners on loopback ([`fleet`]); every answer is read, every failure listed
//! ([`accounts`]), what came of a manner set against the limit ([`figures`], [`budget`]) and written to a file
//! ([`mod@file`]). Command line and tables are for others.

pub mod accounts;
pub mod budget;
mod error;
pub mod figures;
pub mod file;
pub mod fleet;
mod tool;

pub use error::Error;
pub use tool::{Observer, Report, Settings, Workload, run};
