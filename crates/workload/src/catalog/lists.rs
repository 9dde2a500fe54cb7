//! The lists of all entries, in the order of tables. A new model, client or TLS stack is a line in one of them.
//!
//! Each list is a macro that hands its entries to another one, so that the catalog makes a list of data of them, and
//! crate `fetch` a list of code. An entry is named by its module, which has the same name in both crates.

/// Hands the modules of all models to the macro `$then`, behind what is `$given`. One that is behind a Cargo feature of
/// both crates has that before it.
#[macro_export]
macro_rules! for_each_model {
    ($($then:ident)::+; $($given:tt)*) => {
        $($then)::+! {
            $($given)*
            serial,
            threads,
            rayon,
            rayon_pool,
            tokio_current,
            tokio_multi,
            smol,
            async_std,
            #[cfg(feature = "compio")] compio,
        }
    };
}

/// Hands the modules of all clients to the macro `$then`, behind what is `$given`. With each stands where it runs: on a
/// `thread` that it holds, on `any_runtime`, or on `tokio` alone.
#[macro_export]
macro_rules! for_each_client {
    ($($then:ident)::+; $($given:tt)*) => {
        $($then)::+! {
            $($given)*
            ureq on thread,
            hyper on any_runtime,
            reqwest on tokio,
            ureq_stock on thread,
            reqwest_stock on tokio,
        }
    };
}

/// Hands the modules of all TLS stacks to the macro `$then`, behind what is `$given`.
#[macro_export]
macro_rules! for_each_stack {
    ($($then:ident)::+; $($given:tt)*) => {
        $($then)::+! {
            $($given)*
            plain,
            rustls,
            rustls_ring,
            native_tls,
            openssl,
        }
    };
}
