//! ureq with its defaults: its own connector, look-ups, buffers and resumption, one agent shared by all slots.
//!
//! Only what a trial needs is set: which TLS provider, the run's trust store, no proxy from the environment, that an
//! error status is a response and not an error, and that a method may be the user's own.
//!
//! An agent sets up TLS with its first connection. The build time of an agent per request is therefore only the time to
//! read the trust store; the rest is part of the latency alone, since this client reports no other phase.

use std::sync::Arc;

use ::ureq::Agent;
use ::ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use measure::marks::RequestMarks;
use workload::Connection;
use workload::catalog::Backend;

use super::Shared;
use super::ureq::{call, receive};
use crate::slot::BlockingClient;
use crate::tls::TrustStore;
use crate::{ErrorKind, FetchError, PrepareError};

/// A slot's client.
pub(crate) struct UreqStockClient {
    /// A handle of the shared agent; `None` where each request builds its own.
    agent: Option<Agent>,
    shared: Shared,
    slot: u32,
    marks: RequestMarks,
    body: Vec<u8>,
}

/// A client per slot: each with a handle of one shared agent, or with none.
pub(crate) fn clients(shared: &Shared, slots: u32) -> Result<Vec<UreqStockClient>, PrepareError> {
    let agent = match shared.connection {
        Connection::NewClient => None,
        _ => Some(build(shared)?),
    };
    let handle = |slot| UreqStockClient {
        agent: agent.clone(),
        shared: shared.clone(),
        slot,
        marks: RequestMarks::default(),
        body: Vec::new(),
    };
    Ok((0..slots).map(handle).collect())
}

fn build(shared: &Shared) -> Result<Agent, PrepareError> {
    let trust = shared.config_factory.trust()?;
    let builder = Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None);
    let builder = builder.allow_non_standard_methods(true);
    let builder = match shared.config_factory.stock()? {
        Backend::None => builder,
        Backend::Rustls => builder.tls_config(tls(&trust, TlsProvider::Rustls)),
        Backend::NativeTls => builder.tls_config(tls(&trust, TlsProvider::NativeTls)),
    };
    let builder = match shared.connection {
        Connection::KeepAlive => builder,
        _ => builder.max_idle_connections(0),
    };
    Ok(Agent::new_with_config(builder.build()))
}

fn tls(trust: &TrustStore, provider: TlsProvider) -> TlsConfig {
    let roots: Vec<_> = trust.roots().map(|root| Certificate::from_der(root).to_owned()).collect();
    let builder = TlsConfig::builder().provider(provider).root_certs(RootCerts::Specific(Arc::new(roots)));
    builder.disable_verification(trust.accepts_any()).build()
}

impl BlockingClient for UreqStockClient {
    fn fetch(&mut self, request: u64) -> Result<(), FetchError> {
        let targets = &self.shared.targets;
        let number = targets.pick(self.shared.connection, self.slot, request);
        let own;
        let agent = match &self.agent {
            Some(agent) => agent,
            None => {
                own = build(&self.shared).map_err(|error| ErrorKind::Build.because(error))?;
                self.marks.built();
                &own
            }
        };
        let response = call(agent, &targets.get(number).uri, &self.shared.request);
        let response = response.map_err(|error| ErrorKind::Http.because(error))?;
        let status = receive(response, &mut self.body)?;
        self.shared.checker.check(targets, number, status, &self.body)
    }

    fn marks(&self) -> &RequestMarks {
        &self.marks
    }
}
