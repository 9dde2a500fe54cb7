//! Pairs: a model with a client that can run in it. The file of each model makes its pairs from the list of all
//! clients.
//!
//! Further limits of a client are in its entry of the catalog; [`crate::support`] checks them.

use workload::catalog::Client;

use crate::PrepareError;
use crate::clients::Shared;
use crate::models::Model;

/// Starts a model with `slots` slots, each with a client, and `workers` threads where the model has a choice.
pub(crate) type Prepare = fn(&Shared, slots: u32, workers: usize) -> Result<Box<dyn Model>, PrepareError>;

/// A client that can run in a model.
pub(crate) struct Pair {
    /// The client's entry.
    pub(crate) client: &'static Client,
    /// Starts both.
    pub(crate) prepare: Prepare,
}

/// The pairs of a model, for all clients that can run in its place: on a `thread` that they block, on `any_runtime`, or
/// on a runtime of `tokio`, which also runs the clients of any runtime. The name after `with` is what opens the
/// runtime's connections.
///
/// How the model is prepared is written as a closure. The macro compiles it for each client, so that every call names
/// concrete types; its first argument makes the given number of clients.
macro_rules! clients {
    ($place:ident $(with $net:ty)?, |$clients:ident, $slots:ident, $workers:ident| $prepare:expr) => {
        workload::for_each_client!(crate::pair::list; $place ($($net)?) ($clients $slots $workers) ($prepare);)
    };
}

/// The pairs of a model with all clients that run in its place.
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
