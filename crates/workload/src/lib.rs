//! What is fetched: the workload, the grammar of a cell's name, and the selection of cells by words and patterns.
//!
//! The parameters of TLS come from crate `params`; the facts about every model, client and TLS stack are in
//! [`catalog`]. Crate `fetch` combines those into cells and makes requests; crate `runner` runs trials.

mod amount;
pub mod axes;
mod axes_text;
pub mod catalog;
mod cell;
mod expect;
pub mod floor;
mod path;
mod rate;
mod request;
mod rtt;
mod scenario;
mod select;
mod terms;
mod variable;
mod workload;

pub use amount::{Amount, Requests};
pub use axes::{Axes, Axis, Party};
pub use axes_text::AxisError;
pub use cell::{Cell, CellError, Connection};
pub use expect::{Body, Expectation, Server, Status};
pub use path::{Path, PathError};
pub use rate::{Rate, RateError};
pub use request::{BodySpec, Header, HeaderError, Method, MethodError, RequestError, RequestSpec};
pub use rtt::Rtt;
pub use scenario::{About, Part, Scenario, ScenarioError};
pub use select::{SelectError, Selection};
pub use terms::Terms;
pub use variable::{UnknownVariable, Variable};
pub use workload::{Concurrency, Hosts, Workload};

/// The path that the names of this crate's functions begin with.
pub const PATH: &str = module_path!();
