//! reqwest with its defaults: its own resumption, groups, ALPN and look-ups, one client shared by all slots.
//!
//! Only what a trial needs is set: which TLS backend, the run's roots beside the platform's, no proxy from the
//! environment, and no redirects, which might lead to a host that the user has not allowed.

use ::reqwest::redirect::Policy;
use ::reqwest::{Certificate, Client};
use workload::Connection;
use workload::catalog::Backend;

use super::Shared;
use super::reqwest::{ReqwestClient, Source, failed, handles};
use crate::PrepareError;

/// One client with a handle per slot, or a client per request.
pub(crate) fn clients(shared: &Shared, slots: u32) -> Result<Vec<ReqwestClient>, PrepareError> {
    let source = match shared.connection {
        Connection::NewClient => Source::PerRequest(|shared, _| build(shared)),
        _ => Source::Standing(build(shared)?),
    };
    Ok(handles(shared, (0..slots).map(|_| source.clone())))
}

fn build(shared: &Shared) -> Result<Client, PrepareError> {
    let trust = shared.config_factory.trust()?;
    let roots = trust.roots().map(|root| Certificate::from_der(root)).collect::<Result<Vec<_>, _>>();
    let builder = Client::builder().no_proxy().redirect(Policy::none());
    let mut builder = match shared.config_factory.stock()? {
        Backend::None => builder,
        Backend::Rustls => builder.tls_backend_rustls().tls_certs_merge(roots.map_err(failed)?),
        Backend::NativeTls => builder.tls_backend_native().tls_certs_merge(roots.map_err(failed)?),
    };
    if trust.accepts_any() {
        builder = builder.tls_danger_accept_invalid_certs(true);
    }
    if shared.requests_each() == 1 {
        builder = builder.pool_max_idle_per_host(0);
    }
    builder.build().map_err(failed)
}
