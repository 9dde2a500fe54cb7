//! hyper-util's client with its defaults: its pool, its look-ups, HTTP/2 where the connector negotiates it. The
//! connector is hyper-rustls or hyper-tls, with their defaults too. All slots share one client.
//!
//! Only what a trial needs is set: the run's trust store, and, where each request opens a connection, that the pool
//! keeps none.

use ::hyper::Request;
use ::hyper::body::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, ResponseFuture};
use hyper_util::rt::TokioExecutor;
use measure::marks::RequestMarks;
use workload::Connection;
use workload::catalog::Backend;

use super::Shared;
use super::library_error::classify;
use crate::response::LONGEST_BODY;
use crate::slot::AsyncClient;
use crate::target::Target;
use crate::tls::{native_tls, rustls};
use crate::{ErrorKind, FetchError, PrepareError};

/// A slot's client.
pub(crate) struct HyperUtilStockClient {
    /// A handle of the shared client; `None` where each request builds its own.
    client: Option<Pool>,
    shared: Shared,
    slot: u32,
    marks: RequestMarks,
    body: Vec<u8>,
}

type Body = Full<Bytes>;

/// The client over each connector.
#[derive(Clone)]
enum Pool {
    Plain(Client<HttpConnector, Body>),
    Rustls(Client<hyper_rustls::HttpsConnector<HttpConnector>, Body>),
    NativeTls(Client<hyper_tls::HttpsConnector<HttpConnector>, Body>),
}

/// A client per slot: each with a handle of one shared client, or with none.
pub(crate) fn clients(shared: &Shared, slots: u32) -> Result<Vec<HyperUtilStockClient>, PrepareError> {
    let client = match shared.connection {
        Connection::NewClient => None,
        _ => Some(build(shared)?),
    };
    let handle = |slot| HyperUtilStockClient {
        client: client.clone(),
        shared: shared.clone(),
        slot,
        marks: RequestMarks::default(),
        body: Vec::new(),
    };
    Ok((0..slots).map(handle).collect())
}

fn build(shared: &Shared) -> Result<Pool, PrepareError> {
    let trust = shared.config_factory.trust()?;
    let mut builder = Client::builder(TokioExecutor::new());
    if shared.requests_each() == 1 {
        builder.pool_max_idle_per_host(0);
    }
    let mut http = HttpConnector::new();
    Ok(match shared.config_factory.stock()? {
        Backend::None => Pool::Plain(builder.build(http)),
        Backend::Rustls => {
            let connector = HttpsConnectorBuilder::new().with_tls_config(rustls::defaults(&trust)?);
            Pool::Rustls(builder.build(connector.https_or_http().enable_all_versions().build()))
        }
        Backend::NativeTls => {
            http.enforce_http(false);
            let connector = native_tls::defaults(&trust)?;
            Pool::NativeTls(builder.build((http, connector).into()))
        }
    })
}

impl Pool {
    fn request(&self, message: Request<Body>) -> ResponseFuture {
        match self {
            Pool::Plain(client) => client.request(message),
            Pool::Rustls(client) => client.request(message),
            Pool::NativeTls(client) => client.request(message),
        }
    }
}

impl AsyncClient for HyperUtilStockClient {
    async fn fetch(&mut self, request: u64) -> Result<(), FetchError> {
        let targets = &self.shared.targets;
        let number = targets.pick(self.shared.connection, self.slot, request);
        let own;
        let client = match &self.client {
            Some(client) => client,
            None => {
                own = build(&self.shared).map_err(|error| ErrorKind::Build.because(error))?;
                self.marks.built();
                &own
            }
        };
        let message = message(&self.shared, targets.get(number));
        let response = client.request(message).await.map_err(|error| classify(error.is_connect(), &error))?;
        let status = response.status().as_u16();
        self.body.clear();
        let mut body = Limited::new(response.into_body(), LONGEST_BODY);
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| ErrorKind::Http.because(error))?;
            if let Ok(data) = frame.into_data() {
                self.body.extend_from_slice(&data);
            }
        }
        self.shared.checker.check(targets, number, status, &self.body)
    }

    fn marks(&self) -> &RequestMarks {
        &self.marks
    }
}

fn message(shared: &Shared, target: &Target) -> Request<Body> {
    let asked = &shared.request;
    let mut message = Request::new(Full::new(asked.body.clone().unwrap_or_default()));
    *message.method_mut() = asked.method.clone();
    *message.uri_mut() = target.uri.clone();
    *message.headers_mut() = asked.headers.clone();
    message
}
