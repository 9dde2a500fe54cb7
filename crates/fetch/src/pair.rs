//! Pairs: a model with a client that can run in it. The file of each model makes them of the list of all clients.
//!
//! What a client may do beside being possible is said in its entry of the catalog; the registry asks that.

use workload::catalog::Client;

use crate::PrepareError;
use crate::clients::Shared;
use crate::models::Model;

/// Starts a model with so many slots, each with a client, and as many workers where it has a choice.
pub(crate) type Prepare = fn(&Shared, slots: u32, workers: usize) -> Result<Box<dyn Model>, PrepareError>;

/// A client that can run in a model.
pub(crate) struct Pair {
    /// The client's entry.
    pub(crate) client: &'static Client,
    /// How both are started.
    pub(crate) prepare: Prepare,
}

/// The pairs of a model, for all clients that run where it does: on a `thread` that they hold, on `any_runtime`, or on
/// a runtime of `tokio`, which runs those of any runtime too. Behind `with` stands what opens a runtime's connections.
///
/// How the model is prepared is written as a closure. It is compiled for each client anew, so that every call names its
/// types; the first argument makes that many clients.
macro_rules! clients {
    ($place:ident $(with $net:ty)?, |$clients:ident, $slots:ident, $workers:ident| $prepare:expr) => {
        workload::for_each_client!(crate::pair::list; $place ($($net)?) ($clients $slots $workers) ($prepare);)
    };
}

/// The pairs of a model with those of all clients that run in its place.
macro_rules! list {
    ($place:ident $net:tt $names:tt $prepare:tt; $($client:ident on $needs:ident,)*) => {{
        let mut pairs = Vec::new();
        $($crate::pair::push!(pairs, $client on $needs, $place $net $names $prepare);)*
        pairs
    }};
}

/// Adds a client to the pairs of a model if it runs in the model's place.
macro_rules! push {
    ($pairs:ident, $client:ident on thread, thread () $names:tt $prepare:tt) => {
        $crate::pair::push!(@ $pairs $client (clients) $names $prepare)
    };
    ($pairs:ident, $client:ident on any_runtime, $place:ident ($net:ty) $names:tt $prepare:tt) => {
        $crate::pair::push!(@ $pairs $client (clients::<$net>) $names $prepare)
    };
    ($pairs:ident, $client:ident on tokio, tokio ($net:ty) $names:tt $prepare:tt) => {
        $crate::pair::push!(@ $pairs $client (clients) $names $prepare)
    };
    ($pairs:ident, $client:ident on $needs:ident, $place:ident $net:tt $names:tt $prepare:tt) => {};
    (@ $pairs:ident $client:ident ($($make:tt)+) ($clients:ident $slots:ident $workers:ident) ($prepare:expr)) => {
        $pairs.push($crate::pair::Pair {
            client: &workload::catalog::clients::$client::CLIENT,
            prepare: |shared, $slots, $workers| {
                let $clients = |slots: u32| $crate::clients::$client::$($make)+(shared, slots);
                $prepare
            },
        })
    };
}

pub(crate) use {clients, list, push};
