//! hyper's low-level HTTP/1.1 client, the same code on every async runtime.

use std::marker::PhantomData;
use std::sync::Arc;

use ::hyper::Request;
use ::hyper::header::{ACCEPT, HOST, USER_AGENT};
use ::hyper::http::HeaderValue;
use http_body_util::Full;
use measure::marks::{RequestMarks, SetupMarks};

use super::Shared;
use crate::connection::{Http1, Message, Open, Placement};
use crate::request::RequestParts;
use crate::runtime::Runtime;
use crate::slot::AsyncClient;
use crate::target::Target;
use crate::tls::{Secure, SlotTls, Tls};
use crate::{ErrorKind, FetchError, PrepareError};

/// A slot's client on one runtime: its targets, its requests, and its open connection between two requests.
pub(crate) struct HyperClient<R: Runtime> {
    shared: Shared,
    tls: SlotTls,
    /// The request to each target, built once and cloned for every use.
    requests: Arc<[Message]>,
    slot: u32,
    marks: RequestMarks,
    placement: Placement<Http1<R::Stream>>,
    /// Number of requests after which a connection is closed.
    requests_each: u64,
    body: Vec<u8>,
    runtime: PhantomData<fn() -> R>,
}

/// A client per slot.
pub(crate) fn clients<R: Runtime>(shared: &Shared, slots: u32) -> Result<Vec<HyperClient<R>>, PrepareError> {
    let requests: Arc<[Message]> = shared.targets.all().map(|target| message(target, &shared.request)).collect();
    let client = |(slot, tls)| HyperClient {
        shared: shared.clone(),
        tls,
        requests: Arc::clone(&requests),
        slot,
        marks: RequestMarks::default(),
        placement: Placement::OwnedBySlot(None),
        requests_each: shared.requests_each(),
        body: Vec::new(),
        runtime: PhantomData,
    };
    Ok((0..).zip(shared.config_factory.for_slots(shared.connection, slots)?).map(client).collect())
}

impl<R: Runtime> AsyncClient for HyperClient<R> {
    async fn fetch(&mut self, request: u64) -> Result<(), FetchError> {
        let Shared { targets, checker, connection, .. } = &self.shared;
        let number = targets.pick(*connection, self.slot, request);
        // With a TLS config per request, the config lives as long as the request, as a client object would.
        let own;
        let mut open = match self.placement.take() {
            Some(open) => open,
            None => {
                let tls = match &self.tls {
                    SlotTls::Standing(tls) => tls,
                    SlotTls::PerRequest(config_factory) => {
                        own = config_factory.make().map_err(|error| ErrorKind::Build.because(error))?;
                        self.marks.built();
                        &own
                    }
                };
                // Boxed, so that the future of a request over a kept connection has no room for a handshake.
                Box::pin(connect::<R>(&**tls, targets.get(number), self.requests_each)).await?
            }
        };
        self.body.clear();
        let status = open.send(self.requests[number].clone(), &mut self.body, &self.marks).await?;
        checker.check(targets, number, status, &self.body)?;
        self.placement.put_back(open);
        Ok(())
    }

    fn marks(&self) -> &RequestMarks {
        &self.marks
    }
}

/// Opens a connection that is closed after `limit` requests.
async fn connect<R: Runtime>(
    tls: &dyn Tls,
    target: &Target,
    limit: u64,
) -> Result<Box<Open<Http1<R::Stream>>>, FetchError> {
    let tcp = R::connect(target.addr).await.map_err(|error| ErrorKind::Connect.because(error))?;
    let mut setup = SetupMarks::connected();
    let stream = tcp.secure(tls, &target.host).await.map_err(|error| ErrorKind::Tls.because(error))?;
    if tls.secures() {
        setup.secured();
    }
    Ok(Box::new(Open::new(Http1::over(stream).await?, setup, limit)))
}

fn message(target: &Target, asked: &RequestParts) -> Message {
    let mut message = Request::new(Full::new(asked.body.clone().unwrap_or_default()));
    *message.method_mut() = asked.method.clone();
    *message.uri_mut() = target.path.clone();
    let headers = message.headers_mut();
    headers.insert(HOST, target.authority.clone());
    headers.insert(USER_AGENT, HeaderValue::from_static(super::USER_AGENT));
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    // The first of a name replaces the client's own, as it does in the other clients.
    for name in asked.headers.keys() {
        headers.remove(name);
    }
    for (name, value) in &asked.headers {
        headers.append(name, value.clone());
    }
    message
}
