//! One ureq Agent, one request after another.

use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

/// Fetches `url` so many times.
pub(crate) fn fetch(url: &str, requests: usize) -> Result<(), ureq::Error> {
    let agent = agent();
    (0..requests).try_for_each(|_| get(&agent, url))
}

/// An agent that trusts what the system trusts.
pub(crate) fn agent() -> Agent {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    Agent::config_builder().tls_config(tls).build().into()
}

/// One request, and its answer to the end.
pub(crate) fn get(agent: &Agent, url: &str) -> Result<(), ureq::Error> {
    agent.get(url).call()?.body_mut().read_to_vec()?;
    Ok(())
}
