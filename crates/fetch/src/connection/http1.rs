//! An HTTP/1.1 connection by hyper: it carries one request at a time.
//!
//! The task that makes the request also drives the connection, so nothing is spawned and the code depends on no
//! runtime.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use http_body_util::Full;
use hyper::Response;
use hyper::body::{Body, Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use measure::marks::{ByteMarks, RequestMarks};

use super::open::{Connection, Message};
use super::stamped_stream::StampedStream;
use crate::response::LONGEST_BODY;
use crate::stream::Stream;
use crate::{ErrorKind, FetchError};

/// The connection: the sender that takes requests, and the future that must be polled for bytes to move.
pub(crate) struct Http1<S: Stream> {
    sender: SendRequest<Full<Bytes>>,
    driver: http1::Connection<TokioIo<StampedStream<S>>, Full<Bytes>>,
    /// When bytes of the current request were sent and received.
    moved: Arc<ByteMarks>,
}

impl<S: Stream> Http1<S> {
    /// Speaks HTTP/1.1 over a stream.
    pub(crate) async fn over(stream: S) -> Result<Http1<S>, FetchError> {
        let moved = Arc::<ByteMarks>::default();
        let io = TokioIo::new(StampedStream::new(stream, Arc::clone(&moved)));
        let (sender, driver) = http1::handshake(io).await.map_err(failed)?;
        Ok(Http1 { sender, driver, moved })
    }
}

impl<S: Stream> Connection for Http1<S> {
    fn room(&self) -> usize {
        1
    }

    async fn send(&mut self, message: Message, body: &mut Vec<u8>, marks: &RequestMarks) -> Result<u16, FetchError> {
        let Http1 { sender, driver, moved } = self;
        moved.clear();
        let responded = async {
            let response = sender.send_request(message).await.map_err(failed)?;
            let status = response.status().as_u16();
            collect(response, body).await?;
            Ok(status)
        };
        let mut responded = pin!(responded);
        let mut open = true;
        let status = poll_fn(|context| {
            // The request is polled first, because it hands work to the connection; then the connection, which may
            // complete it.
            if let Poll::Ready(result) = responded.as_mut().poll(context) {
                return Poll::Ready(result);
            }
            if open && let Poll::Ready(ended) = Pin::new(&mut *driver).poll(context) {
                open = false;
                if let Err(error) = ended {
                    return Poll::Ready(Err(failed(error)));
                }
            }
            responded.as_mut().poll(context)
        })
        .await?;
        marks.moved(moved);
        Ok(status)
    }
}

async fn collect(response: Response<Incoming>, into: &mut Vec<u8>) -> Result<(), FetchError> {
    let mut incoming = response.into_body();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut incoming).poll_frame(context)).await {
        if let Ok(data) = frame.map_err(failed)?.into_data() {
            if into.len() + data.len() > LONGEST_BODY {
                return Err(ErrorKind::Length.because(format!("more than {LONGEST_BODY} bytes")));
            }
            into.extend_from_slice(&data);
        }
    }
    Ok(())
}

fn failed(error: ::hyper::Error) -> FetchError {
    // hyper's own text omits the cause, which says what went wrong.
    match std::error::Error::source(&error) {
        Some(cause) => ErrorKind::Http.because(format!("{error}: {cause}")),
        None => ErrorKind::Http.because(error),
    }
}
