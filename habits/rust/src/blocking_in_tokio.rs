//! Blocking calls inside async tasks: all are spawned at once, and the runtime's only thread makes them one by one.

use std::error::Error;

use futures_util::future::try_join_all;

use crate::ureq_agent::{agent, get};

/// Fetches `url` so many times, in as many tasks.
pub(crate) fn fetch(url: &str, requests: usize) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let agent = agent();
        let tasks = (0..requests).map(|_| {
            let (agent, url) = (agent.clone(), url.to_owned());
            tokio::spawn(async move { get(&agent, &url) })
        });
        for answer in try_join_all(tasks).await? {
            answer?;
        }
        Ok(())
    })
}
