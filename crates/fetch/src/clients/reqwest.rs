//! reqwest, one client shared by all slots as its documentation advises, with the trial's own TLS config.
//!
//! It differs from the stock client in this: TLS is configured as for every other client (no resumption, HTTP/1.1
//! only), the host's address is given rather than looked up, and no proxy is taken from the environment. It reports no
//! phases. For resumed connections each slot has a client of its own: a client has one session store, and slots sharing
//! it would take each other's sessions. A client that is built per request knows only that request's host, however many
//! hosts there are.

use std::sync::Arc;

use ::reqwest::Client;
use ::reqwest::redirect::Policy;
use measure::marks::RequestMarks;
use workload::Connection;
use workload::catalog::clients::reqwest::CLIENT;

use super::library_error::{classify, with_causes};
use super::{Shared, USER_AGENT};
use crate::response::LONGEST_BODY;
use crate::slot::AsyncClient;
use crate::target::Target;
use crate::tls::Tls;
use crate::{ErrorKind, FetchError, PrepareError};

/// A slot's client.
pub(crate) struct ReqwestClient {
    source: Source,
    shared: Shared,
    slot: u32,
    marks: RequestMarks,
    body: Vec<u8>,
}

/// The client that a request uses.
#[derive(Clone)]
pub(crate) enum Source {
    /// A client built in advance; the slot has this handle of it.
    Standing(Client),
    /// Each request builds its own client by this function, for its target.
    PerRequest(fn(&Shared, &Target) -> Result<Client, PrepareError>),
}

/// One client with a handle per slot, a client per slot, or a client per request.
pub(crate) fn clients(shared: &Shared, slots: u32) -> Result<Vec<ReqwestClient>, PrepareError> {
    match shared.connection {
        Connection::Resumed => {
            let of_slot = |(slot, tls): (u32, Arc<dyn Tls>)| {
                let target = shared.targets.get(shared.targets.pick(shared.connection, slot, 0));
                build(shared, &*tls, [target]).map(Source::Standing)
            };
            let sources =
                (0..).zip(shared.config_factory.resuming(slots)?).map(of_slot).collect::<Result<Vec<_>, _>>()?;
            Ok(handles(shared, sources))
        }
        Connection::NewClient => {
            let build = |shared: &Shared, target: &Target| build(shared, &*shared.config_factory.make()?, [target]);
            Ok(handles(shared, (0..slots).map(|_| Source::PerRequest(build))))
        }
        Connection::NewConn | Connection::KeepAlive | Connection::KeepAliveFor(_) | Connection::Own => {
            let client = build(shared, &*shared.config_factory.make()?, shared.targets.all())?;
            Ok(handles(shared, (0..slots).map(|_| Source::Standing(client.clone()))))
        }
    }
}

fn build<'a>(
    shared: &Shared,
    tls: &dyn Tls,
    targets: impl IntoIterator<Item = &'a Target>,
) -> Result<Client, PrepareError> {
    let mut builder = Client::builder().no_proxy().redirect(Policy::none()).http1_only().user_agent(USER_AGENT);
    for target in targets {
        // The port is that of the URL; this replaces only the look-up of the name.
        builder = builder.resolve(&target.host, target.addr);
    }
    if shared.requests_each() == 1 {
        builder = builder.pool_max_idle_per_host(0);
    }
    let refuse = || PrepareError::Client {
        client: CLIENT.name,
        reason: "it cannot be given this TLS stack's config".to_owned(),
    };
    tls.configure(builder).ok_or_else(refuse)?.build().map_err(failed)
}

/// The error of a client that could not be built.
pub(crate) fn failed(error: ::reqwest::Error) -> PrepareError {
    PrepareError::Client { client: CLIENT.name, reason: with_causes(&error) }
}

/// A slot's client for each source.
pub(crate) fn handles(shared: &Shared, sources: impl IntoIterator<Item = Source>) -> Vec<ReqwestClient> {
    let handle = |(slot, source)| ReqwestClient {
        source,
        shared: shared.clone(),
        slot,
        marks: RequestMarks::default(),
        body: Vec::new(),
    };
    (0..).zip(sources).map(handle).collect()
}

impl AsyncClient for ReqwestClient {
    async fn fetch(&mut self, request: u64) -> Result<(), FetchError> {
        let targets = &self.shared.targets;
        let number = targets.pick(self.shared.connection, self.slot, request);
        let target = targets.get(number);
        let own;
        let client = match &self.source {
            Source::Standing(client) => client,
            Source::PerRequest(build) => {
                own = build(&self.shared, target).map_err(|error| ErrorKind::Build.because(error))?;
                self.marks.built();
                &own
            }
        };
        let asked = &self.shared.request;
        let mut message = client.request(asked.method.clone(), &target.url).headers(asked.headers.clone());
        if let Some(body) = &asked.body {
            message = message.body(body.clone());
        }
        let mut response = message.send().await.map_err(|error| classify(error.is_connect(), &error))?;
        let status = response.status().as_u16();
        self.body.clear();
        while let Some(chunk) = response.chunk().await.map_err(|error| classify(error.is_connect(), &error))? {
            if self.body.len() + chunk.len() > LONGEST_BODY {
                return Err(ErrorKind::Length.because(format!("more than {LONGEST_BODY} bytes")));
            }
            self.body.extend_from_slice(&chunk);
        }
        self.shared.checker.check(targets, number, status, &self.body)
    }

    fn marks(&self) -> &RequestMarks {
        &self.marks
    }
}
