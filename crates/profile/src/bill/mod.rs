//! The bill: what a request's CPU time was spent on.
//!
//! A [`Classifier`] says to which [`Class`] a sampled stack belongs, a [`Bill`] adds up a profile's samples, and a
//! [`Tax`] is what the bill of an https cell has over that of its plain twin. Sampling, symbols and tables are left to
//! others.

mod account;
mod classify;
mod interval;
mod pattern;
mod rules;
mod sheet;
mod tax;

pub use account::{Bill, Coverage, Item, TOLERANCE, Unnamed};
pub use classify::{Classifier, Verdict};
pub use interval::Interval;
pub use sheet::{BILLS_FILE, CellBill, Sheet, ThreadTimes};
pub use tax::{Levy, Tax};
pub use workload::catalog::CostClass as Class;
