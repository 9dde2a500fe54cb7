//! The talk's use case: a reporting tool that makes thousands of HTTPS GETs of many hosts and must be done within the
//! fifteen minutes that AWS Lambda gives it.
//!
//! It fetches serially, with TLS that blocks inside async code, and properly concurrently ([`fetch::talk::gets`]), and
//! compares the three. The hosts are names of listeners on loopback ([`fleet`]). Every response is read and every
//! failure listed ([`accounts`]); the results are compared with the limit ([`figures`], [`budget`]) and written to a
//! file ([`mod@file`]). Command line and tables are left to others.

pub mod accounts;
pub mod budget;
mod error;
pub mod figures;
pub mod file;
pub mod fleet;
mod tool;

pub use error::Error;
pub use tool::{Observer, Report, Settings, Workload, run};
