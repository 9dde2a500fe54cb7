//! The data of an HTTP client.

use super::model::Model;
use super::stack::Stack;
use super::symbols::Symbols;
use crate::Terms;

/// An HTTP client, which makes requests.
#[derive(Debug)]
pub struct Client {
    /// Its name in cells.
    pub name: &'static str,
    /// Whether it is part of the default matrix.
    pub core: bool,
    /// The packages that it uses.
    pub libraries: &'static [&'static str],
    /// Functions of its libraries, for the bill of a profile.
    pub symbols: &'static [Symbols],
    /// Its terms in comparisons.
    pub terms: Terms,
    /// The models that it is measured in; `None` for all that can run it.
    pub models: Option<&'static [&'static Model]>,
    /// For clients that configure TLS themselves: TLS stacks, each with the stack that is used in its place.
    pub really: &'static [(&'static Stack, &'static Stack)],
    /// The dash pattern of its lines on charts, which distinguishes lines of one model.
    pub dashes: &'static str,
}

impl Client {
    /// The stack that is used when the client is configured with `named`.
    pub fn stack_behind(&self, named: &'static Stack) -> &'static Stack {
        self.really.iter().find(|(stack, _)| stack.name == named.name).map_or(named, |(_, really)| really)
    }

    /// Whether it is measured in a model that can run it.
    pub fn is_measured_in(&self, model: &Model) -> bool {
        self.models.is_none_or(|models| models.iter().any(|measured| measured.name == model.name))
    }
}
