//! The bill: a request's CPU time by class.
//!
//! A [`Classifier`] determines the [`Class`] of a sampled stack, a [`Bill`] adds up a profile's samples, and a [`Tax`]
//! is the difference between the bills of an https cell and its plain twin. Sampling and symbols are for the rest of
//! this crate, tables for crate `render`.

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
