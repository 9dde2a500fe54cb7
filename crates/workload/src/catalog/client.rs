//! What there is to know of an HTTP client.

use super::model::Model;
use super::stack::Stack;
use super::symbols::Symbols;
use crate::Terms;

/// An HTTP client: who makes a request.
#[derive(Debug)]
pub struct Client {
    /// Its name in cells.
    pub name: &'static str,
    /// Whether it is part of the matrix that is meant where nothing else is said.
    pub core: bool,
    /// The packages that it is made of.
    pub libraries: &'static [&'static str],
    /// What the bill of a profile charges to it.
    pub symbols: &'static [Symbols],
    /// On which terms it takes part.
    pub terms: Terms,
    /// The models that it is measured in; `None` for all that can run it.
    pub models: Option<&'static [&'static Model]>,
    /// TLS stacks whose work is in truth done by another one where the client sets TLS up itself.
    pub really: &'static [(&'static Stack, &'static Stack)],
    /// The dashes of its lines on charts: the second thing that tells lines of one model apart.
    pub dashes: &'static str,
}

impl Client {
    /// The stack that does the work where the client is told to take `named`.
    pub fn stack_behind(&self, named: &'static Stack) -> &'static Stack {
        self.really.iter().find(|(stack, _)| stack.name == named.name).map_or(named, |(_, really)| really)
    }

    /// Whether it is measured in a model that can run it.
    pub fn is_measured_in(&self, model: &Model) -> bool {
        self.models.is_none_or(|models| models.iter().any(|measured| measured.name == model.name))
    }
}
