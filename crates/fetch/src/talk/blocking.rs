//! A blocking client inside async tasks: the form that the talk's fault takes in Rust programs, and the usual cure.

use measure::marks::RequestMarks;

use crate::slot::{AsyncClient, BlockingClient};
use crate::{ErrorKind, FetchError};

/// Called directly from `async fn`: it holds the thread that polls it until the response is complete.
pub(crate) struct InTask<C>(C);

/// These clients, in tasks.
pub(crate) fn inside<C: BlockingClient>(clients: Vec<C>) -> Vec<InTask<C>> {
    clients.into_iter().map(InTask).collect()
}

impl<C: BlockingClient + Sync> AsyncClient for InTask<C> {
    async fn fetch(&mut self, request: u64) -> Result<(), FetchError> {
        self.0.fetch(request)
    }

    fn marks(&self) -> &RequestMarks {
        self.0.marks()
    }
}

/// Handed to tokio's pool for blocking work. The task waits for it without holding a thread.
pub(crate) struct HandedOver<C> {
    /// `None` while a thread of the pool has it.
    client: Option<C>,
    marks: RequestMarks,
}

/// These clients, each to be handed over.
pub(crate) fn handed_over<C: BlockingClient>(clients: Vec<C>) -> Vec<HandedOver<C>> {
    clients.into_iter().map(|client| HandedOver { client: Some(client), marks: RequestMarks::default() }).collect()
}

impl<C: BlockingClient + Sync> AsyncClient for HandedOver<C> {
    async fn fetch(&mut self, request: u64) -> Result<(), FetchError> {
        let Some(mut client) = self.client.take() else {
            return Err(ErrorKind::Spawn.because("an earlier request never came back from its thread"));
        };
        let fetched = tokio::task::spawn_blocking(move || {
            client.marks().clear();
            let fetched = client.fetch(request);
            (client, fetched)
        });
        let (client, fetched) = fetched.await.map_err(|error| ErrorKind::Spawn.because(error))?;
        self.marks.copy(client.marks());
        self.client = Some(client);
        fetched
    }

    fn marks(&self) -> &RequestMarks {
        &self.marks
    }
}
