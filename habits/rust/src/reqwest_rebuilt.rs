//! A reqwest Client per request: each loads the trust store, connects and makes a full handshake.

use std::error::Error;

use futures_util::{TryStreamExt, stream};
use tokio::runtime::Runtime;

/// Fetches `url` so many times, four at a time.
pub(crate) fn fetch(url: &str, requests: usize) -> Result<(), Box<dyn Error>> {
    let fetches = stream::iter((0..requests).map(Ok)).try_for_each_concurrent(4, |_| async {
        // By name: another package's features may make native-tls the default.
        let client = reqwest::Client::builder().tls_backend_rustls().build()?;
        client.get(url).send().await?.error_for_status()?.bytes().await?;
        Ok::<_, reqwest::Error>(())
    });
    Ok(Runtime::new()?.block_on(fetches)?)
}
