//! reqwest, one client shared by all slots as its documentation asks for, over the trial's own TLS settings.
//!
//! Changed from the stock client: TLS is set up as for every other client (so that nothing is resumed and HTTP/1.1 is
//! spoken), the host's address is given rather than looked up, and no proxy is taken from the environment. It tells no
//! phases.

use ::reqwest::Client;
use ::reqwest::redirect::Policy;
use measure::marks::Marks;
use workload::Connection;

use super::{Shared, USER_AGENT};
use crate::answer::LONGEST_BODY;
use crate::slot::AsyncClient;
use crate::{ErrorKind, FetchError, PrepareError};

/// A handle of the shared client.
pub(crate) struct ReqwestClient {
    client: Client,
    shared: Shared,
    slot: u32,
    marks: Marks,
    body: Vec<u8>,
}

/// One client with a handle per slot.
pub(crate) fn clients(shared: &Shared, slots: u32) -> Result<Vec<ReqwestClient>, PrepareError> {
    let mut builder = Client::builder().no_proxy().redirect(Policy::none()).http1_only().user_agent(USER_AGENT);
    for target in shared.targets.all() {
        // The port is that of the URL; only the name is looked up.
        builder = builder.resolve(&target.host, target.addr);
    }
    if shared.connection == Connection::NewConn {
        builder = builder.pool_max_idle_per_host(0);
    }
    let refuse = || PrepareError::Client { client: "reqwest", reason: "it has no glue to this TLS stack".to_owned() };
    handles(shared.recipe.make()?.configure(builder).ok_or_else(refuse)?.build(), shared, slots)
}

/// A handle per slot of a client that is built.
pub(crate) fn handles(
    client: ::reqwest::Result<Client>,
    shared: &Shared,
    slots: u32,
) -> Result<Vec<ReqwestClient>, PrepareError> {
    let client = client.map_err(|error| PrepareError::Client { client: "reqwest", reason: describe(&error) })?;
    let handle = |slot| ReqwestClient {
        client: client.clone(),
        shared: shared.clone(),
        slot,
        marks: Marks::default(),
        body: Vec::new(),
    };
    Ok((0..slots).map(handle).collect())
}

impl AsyncClient for ReqwestClient {
    async fn fetch(&mut self, request: u64) -> Result<(), FetchError> {
        let targets = &self.shared.targets;
        let number = targets.pick(self.shared.connection, self.slot, request);
        let mut response = self.client.get(&targets.get(number).url).send().await.map_err(|error| classify(&error))?;
        let status = response.status().as_u16();
        self.body.clear();
        while let Some(chunk) = response.chunk().await.map_err(|error| classify(&error))? {
            if self.body.len() + chunk.len() > LONGEST_BODY {
                return Err(ErrorKind::Length.because(format!("more than {LONGEST_BODY} bytes")));
            }
            self.body.extend_from_slice(&chunk);
        }
        self.shared.checker.check(targets, number, status, &self.body)
    }

    fn marks(&self) -> &Marks {
        &self.marks
    }
}

/// reqwest calls all that comes before the request a connect error; a handshake that failed shows in its causes.
fn classify(error: &::reqwest::Error) -> FetchError {
    let words = describe(error);
    let in_tls = ["certificate", "handshake", "SSL", "ssl"].iter().any(|word| words.contains(word));
    match (error.is_connect(), in_tls) {
        (true, true) => ErrorKind::Tls.because(words),
        (true, false) => ErrorKind::Connect.because(words),
        (false, _) => ErrorKind::Http.because(words),
    }
}

/// The error with its causes: reqwest's own text leaves them out.
fn describe(error: &::reqwest::Error) -> String {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        words.push_str(&format!(": {error}"));
        cause = error.source();
    }
    words
}
