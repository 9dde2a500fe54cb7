//! The catalog: the facts about each concurrency model, HTTP client and TLS stack, as data. One file for each.
//!
//! Every crate that needs such a fact reads it here, and compares no names. The catalog runs nothing: the code of an
//! entry is a file in crate `fetch`, whose registry joins the two. The lists in `lists.rs` name the entries of both.

mod charged;
mod client;
pub mod clients;
mod cost_class;
mod library;
mod lists;
mod lookup;
mod model;
pub mod models;
mod stack;
pub mod stacks;
mod symbols;

pub use charged::{Charged, class_of};
pub use client::Client;
pub use cost_class::CostClass;
pub use library::{Cryptography, Library};
pub use lookup::{beyond, client_named, model_named, stack_named, symbols_of};
pub use model::Model;
pub use stack::{Backend, Lack, Need, Rgb, Stack};
pub use symbols::{Symbols, Work};
