//! TCP connections on tokio's reactor, the same for both of its runtimes.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpStream;

use crate::stream::SendStream;

/// A connection to `to`, Nagle's algorithm off.
pub(crate) async fn connect(to: SocketAddr) -> io::Result<SendStream> {
    let stream = TcpStream::connect(to).await?;
    stream.set_nodelay(true)?;
    Ok(Box::new(stream))
}
