//! The lists of all entries, in the order in which tables list them. A new model, client or TLS stack is one line here.
//!
//! Each list is a macro that passes its entries to another macro: the catalog makes a list of data from them, and crate
//! `fetch` a list of code. An entry is named by its module, which has the same name in both crates.

/// Passes the modules of all models to the macro `$then`, after `$given`. A model that is behind a Cargo feature of
/// both crates is preceded by that.
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

/// Passes the modules of all clients to the macro `$then`, after `$given`. Each has the place where it runs: on a
/// `thread` that it blocks, on `any_runtime`, or only on `tokio`.
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
            hyper_util_stock on tokio,
        }
    };
}

/// Passes the modules of all TLS stacks to the macro `$then`, after `$given`.
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
