//! The commands, one file each.

pub(crate) mod axis_args;
pub(crate) mod cells;
pub(crate) mod cmp;
pub(crate) mod completions;
pub(crate) mod compress;
pub(crate) mod engine;
pub(crate) mod exec;
pub(crate) mod list;
pub(crate) mod man;
pub(crate) mod measurement_args;
pub(crate) mod observe;
pub(crate) mod origin;
pub(crate) mod output_args;
pub(crate) mod profile;
pub(crate) mod rate_args;
pub(crate) mod relay;
pub(crate) mod report;
pub(crate) mod reporting_tool;
pub(crate) mod request_args;
pub(crate) mod run;
pub(crate) mod serve_embedded;
pub(crate) mod show;
pub(crate) mod talk;
pub(crate) mod thin;
pub(crate) mod verification_args;
pub(crate) mod workload_args;
