//! The findings, one file each: its rule, what it means, its thresholds, how it is found. `list.rs` has all of them.

pub(crate) mod alerts;
pub(crate) mod client_per_request;
pub(crate) mod connecting;
mod connection_pool;
pub(crate) mod delayed_ack;
pub(crate) mod errors;
pub(crate) mod expect_continue;
pub(crate) mod extra_round_trips;
pub(crate) mod flow_control;
pub(crate) mod handshake_held;
pub(crate) mod hello_retry;
pub(crate) mod idle_cut;
pub(crate) mod late_close;
mod loads;
pub(crate) mod long_chain;
pub(crate) mod no_resumption;
pub(crate) mod no_reuse;
pub(crate) mod not_seen;
pub(crate) mod one_at_a_time;
pub(crate) mod resolving;
pub(crate) mod revocation_fetch;
pub(crate) mod rsa_leaf;
pub(crate) mod serialized;
pub(crate) mod stream_limit;
#[cfg(test)]
mod tests_concurrency;
#[cfg(test)]
mod tests_connections;
#[cfg(test)]
mod tests_failures;
#[cfg(test)]
mod tests_tls;
#[cfg(test)]
mod tests_waits;
pub(crate) mod tls12;
mod trust;
pub(crate) mod trust_store_per_connection;
pub(crate) mod uneven_concurrency;
pub(crate) mod unused_connections;
