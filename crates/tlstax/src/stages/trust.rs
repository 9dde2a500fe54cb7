//! The cost of a TLS config per request: the trust store is parsed again each time.

use handshake::{Authority, Primitive, Stack};
use serde::Serialize;

/// One stack's cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct TrustStore {
    /// The library with its version.
    pub(crate) library: String,
    /// CPU time to parse Mozilla's roots once, ms.
    pub(crate) ms: f64,
}

/// How often each is parsed: the minimum counts, as the one least disturbed by other work.
const TIMES: u32 = 5;

/// The cost for each stack of the talk's cells; a stack that cannot be measured is omitted.
pub(crate) fn costs() -> Vec<TrustStore> {
    let Ok(authority) = Authority::create() else { return Vec::new() };
    let of = |stack: Stack| {
        let mut load = Primitive::TrustStore.prepare(stack, &authority).ok()?;
        let runs = (0..TIMES).filter_map(|_| load.run(1).ok());
        Some(TrustStore { library: stack.library(), ms: runs.min()? as f64 / 1e6 })
    };
    [Stack::RustlsAwsLc, Stack::OpenSsl].into_iter().filter_map(of).collect()
}

/// The costs in one line.
pub(crate) fn line(costs: &[TrustStore]) -> String {
    let words: Vec<String> = costs.iter().map(|cost| format!("{:.1} ms with {}", cost.ms, cost.library)).collect();
    format!("A trust store parsed for every request would add {} a request", words.join(", "))
}
