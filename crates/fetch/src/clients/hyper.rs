//! hyper's low-level HTTP/1.1 client, the same code on every async runtime.
//!
//! The connection is driven by the task that makes the request, so nothing is spawned and no runtime is known here.

use std::future::poll_fn;
use std::io;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use ::hyper::body::{Body, Incoming};
use ::hyper::client::conn::http1::{self, Connection as Http1, SendRequest};
use ::hyper::header::{ACCEPT, HOST, USER_AGENT};
use ::hyper::http::HeaderValue;
use ::hyper::{Request, Response};
use http_body_util::Empty;
use hyper_util::rt::TokioIo;
use measure::marks::Marks;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Shared;
use crate::response::LONGEST_BODY;
use crate::runtime::Runtime;
use crate::slot::AsyncClient;
use crate::stream::Stream;
use crate::target::Target;
use crate::tls::{Secure, SlotTls, Tls};
use crate::{ErrorKind, FetchError, PrepareError};

type NoBody = Empty<&'static [u8]>;

/// A client on one runtime: a slot's connection, and what it fetches.
pub(crate) struct HyperClient<R: Runtime> {
    shared: Shared,
    tls: SlotTls,
    /// What is asked of each target, built once: a request is a copy of it.
    requests: Arc<[Request<NoBody>]>,
    slot: u32,
    marks: Arc<Marks>,
    kept: Option<Box<Exchange<R::Stream>>>,
    /// After how many requests a connection is closed.
    requests_each: u64,
    body: Vec<u8>,
    runtime: PhantomData<fn() -> R>,
}

/// One HTTP/1.1 connection: where requests are handed in, and what must be polled for anything to move.
struct Exchange<S: Stream> {
    sender: SendRequest<NoBody>,
    connection: Http1<TokioIo<StampedStream<S>>, NoBody>,
    /// Requests that were made over it.
    made: u64,
}

/// A client per slot.
pub(crate) fn clients<R: Runtime>(shared: &Shared, slots: u32) -> Result<Vec<HyperClient<R>>, PrepareError> {
    let requests: Arc<[Request<NoBody>]> = shared.targets.all().map(get).collect();
    let client = |(slot, tls)| HyperClient {
        shared: shared.clone(),
        tls,
        requests: Arc::clone(&requests),
        slot,
        marks: Arc::default(),
        kept: None,
        requests_each: shared.requests_each(),
        body: Vec::new(),
        runtime: PhantomData,
    };
    Ok((0..).zip(shared.config_factory.for_slots(shared.connection, slots)?).map(client).collect())
}

impl<R: Runtime> AsyncClient for HyperClient<R> {
    async fn fetch(&mut self, request: u64) -> Result<(), FetchError> {
        let targets = Arc::clone(&self.shared.targets);
        let number = targets.pick(self.shared.connection, self.slot, request);
        let target = targets.get(number);
        // Settings of the request's own live as long as it does, as a client object would.
        let own;
        let mut exchange = match self.kept.take() {
            Some(kept) => kept,
            None => {
                let tls = match &self.tls {
                    SlotTls::Standing(tls) => tls,
                    SlotTls::PerRequest(config_factory) => {
                        own = config_factory.make().map_err(|error| ErrorKind::Build.because(error))?;
                        self.marks.built();
                        &own
                    }
                };
                // Boxed, so that a request over a kept connection does not carry the room for a handshake about.
                Box::pin(open::<R>(&**tls, target, &self.marks)).await?
            }
        };
        self.body.clear();
        let status = exchange.send(self.requests[number].clone(), &mut self.body).await?;
        self.shared.checker.check(&targets, number, status, &self.body)?;
        if exchange.made < self.requests_each {
            self.kept = Some(exchange);
        }
        Ok(())
    }

    fn marks(&self) -> &Marks {
        &self.marks
    }
}

async fn open<R: Runtime>(
    tls: &dyn Tls,
    target: &Target,
    marks: &Arc<Marks>,
) -> Result<Box<Exchange<R::Stream>>, FetchError> {
    let tcp = R::connect(target.addr).await.map_err(|error| ErrorKind::Connect.because(error))?;
    marks.connected();
    let stream = tcp.secure(tls, &target.host).await.map_err(|error| ErrorKind::Tls.because(error))?;
    if tls.secures() {
        marks.secured();
    }
    let io = TokioIo::new(StampedStream { stream, marks: Arc::clone(marks) });
    let (sender, connection) = http1::handshake(io).await.map_err(|error| ErrorKind::Http.because(error))?;
    Ok(Box::new(Exchange { sender, connection, made: 0 }))
}

impl<S: Stream> Exchange<S> {
    /// Makes one request: the status, with the body put into `body`.
    async fn send(&mut self, request: Request<NoBody>, body: &mut Vec<u8>) -> Result<u16, FetchError> {
        let Exchange { sender, connection, made } = self;
        *made += 1;
        let answered = async {
            let response = sender.send_request(request).await.map_err(http)?;
            let status = response.status().as_u16();
            collect(response, body).await?;
            Ok(status)
        };
        let mut answered = pin!(answered);
        let mut open = true;
        poll_fn(|context| {
            // First the request, which hands work to the connection; then the connection, which may complete it.
            if let Poll::Ready(result) = answered.as_mut().poll(context) {
                return Poll::Ready(result);
            }
            if open && let Poll::Ready(ended) = Pin::new(&mut *connection).poll(context) {
                open = false;
                if let Err(error) = ended {
                    return Poll::Ready(Err(http(error)));
                }
            }
            answered.as_mut().poll(context)
        })
        .await
    }
}

fn get(target: &Target) -> Request<NoBody> {
    let mut request = Request::new(Empty::new());
    *request.uri_mut() = target.path.clone();
    let headers = request.headers_mut();
    headers.insert(HOST, target.authority.clone());
    headers.insert(USER_AGENT, HeaderValue::from_static(super::USER_AGENT));
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    request
}

async fn collect(response: Response<Incoming>, into: &mut Vec<u8>) -> Result<(), FetchError> {
    let mut incoming = response.into_body();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut incoming).poll_frame(context)).await {
        if let Ok(data) = frame.map_err(http)?.into_data() {
            if into.len() + data.len() > LONGEST_BODY {
                return Err(ErrorKind::Length.because(format!("more than {LONGEST_BODY} bytes")));
            }
            into.extend_from_slice(&data);
        }
    }
    Ok(())
}

fn http(error: ::hyper::Error) -> FetchError {
    // hyper's own text leaves out the cause, which is what helps.
    match std::error::Error::source(&error) {
        Some(cause) => ErrorKind::Http.because(format!("{error}: {cause}")),
        None => ErrorKind::Http.because(error),
    }
}

/// A connection that stamps when bytes of requests leave and bytes of answers come.
struct StampedStream<S> {
    stream: S,
    marks: Arc<Marks>,
}

impl<S: Stream> AsyncRead for StampedStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(context, into);
        if into.filled().len() > before {
            self.marks.read();
        }
        result
    }
}

impl<S: Stream> AsyncWrite for StampedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(context, bytes);
        if matches!(result, Poll::Ready(Ok(_))) {
            self.marks.wrote();
        }
        result
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        if matches!(result, Poll::Ready(Ok(_))) {
            self.marks.wrote();
        }
        result
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
