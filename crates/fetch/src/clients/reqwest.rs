//! reqwest, one client shared by all slots as its documentation asks for, over the trial's own TLS settings.
//!
//! Changed from the stock client: TLS is set up as for every other client (so that nothing is resumed and HTTP/1.1 is
//! spoken), the host's address is given rather than looked up, and no proxy is taken from the environment. It tells no
//! phases. Where sessions are resumed, each slot has a client of its own: one client has one store of sessions, and slots
//! would take each other's.

use ::reqwest::Client;
use ::reqwest::redirect::Policy;
use measure::marks::Marks;
use workload::Connection;

use super::{Shared, USER_AGENT};
use crate::answer::LONGEST_BODY;
use crate::slot::AsyncClient;
use crate::tls::Tls;
use crate::{ErrorKind, FetchError, PrepareError};

/// The name in errors.
const NAME: &str = "reqwest";

/// A handle of a client.
pub(crate) struct ReqwestClient {
    client: Client,
    shared: Shared,
    slot: u32,
    marks: Marks,
    body: Vec<u8>,
}

/// One client with a handle per slot, or a client per slot.
pub(crate) fn clients(shared: &Shared, slots: u32) -> Result<Vec<ReqwestClient>, PrepareError> {
    if shared.connection == Connection::Resumed {
        let settings = shared.recipe.for_slots(shared.connection, slots)?;
        let clients = settings.iter().map(|tls| build(shared, &**tls)).collect::<Result<Vec<_>, _>>()?;
        return Ok(handles(shared, clients));
    }
    let client = build(shared, &*shared.recipe.make()?)?;
    Ok(handles(shared, (0..slots).map(|_| client.clone())))
}

fn build(shared: &Shared, tls: &dyn Tls) -> Result<Client, PrepareError> {
    let mut builder = Client::builder().no_proxy().redirect(Policy::none()).http1_only().user_agent(USER_AGENT);
    for target in shared.targets.all() {
        // The port is that of the URL; only the name is looked up.
        builder = builder.resolve(&target.host, target.addr);
    }
    if shared.requests_each() == 1 {
        builder = builder.pool_max_idle_per_host(0);
    }
    let refuse = || PrepareError::Client { client: NAME, reason: "it has no glue to this TLS stack".to_owned() };
    tls.configure(builder).ok_or_else(refuse)?.build().map_err(failed)
}

/// A client that could not be built.
pub(crate) fn failed(error: ::reqwest::Error) -> PrepareError {
    PrepareError::Client { client: NAME, reason: describe(&error) }
}

/// A slot's client of each.
pub(crate) fn handles(shared: &Shared, clients: impl IntoIterator<Item = Client>) -> Vec<ReqwestClient> {
    let handle = |(slot, client)| ReqwestClient {
        client,
        shared: shared.clone(),
        slot,
        marks: Marks::default(),
        body: Vec::new(),
    };
    (0..).zip(clients).map(handle).collect()
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
