//! Prepares a cell: checks whether it can run here, then makes its clients, TLS config and threads.

use std::path::Path;
use std::sync::Arc;

use measure::trace::Tracer;
use workload::{Cell, Workload};

use crate::PrepareError;
use crate::clients::Shared;
use crate::models::Model;
use crate::registry::{pair, stack};
use crate::request::RequestParts;
use crate::response::Checker;
use crate::support::{crowded, refusal};
use crate::target::Targets;
use crate::tls::{ConfigFactory, groups};
use crate::{floor, talk};

/// The input of a cell's preparation.
#[derive(Debug)]
pub(crate) struct Setup<'a> {
    /// What to fetch.
    pub(crate) workload: &'a Workload,
    /// The targets to fetch it from.
    pub(crate) targets: &'a [measure::protocol::Target],
    /// PEM file of the roots to trust.
    pub(crate) trust_file: Option<&'a Path>,
    /// Whether no certificate is verified.
    pub(crate) insecure: bool,
    /// The file that holds the body of every request.
    pub(crate) body_file: Option<&'a Path>,
    /// Groups to offer, by their names in the ledger.
    pub(crate) groups: &'a [String],
    /// Worker threads of models that have a choice.
    pub(crate) workers: usize,
}

/// Starts a cell's threads and makes its slots. Clients that trace their steps record them in the tracer.
pub(crate) fn prepare(cell: &Cell, setup: &Setup<'_>) -> Result<(Box<dyn Model>, Arc<Tracer>), PrepareError> {
    let unknown = || PrepareError::NoSuchCell(cell.to_string());
    let stack = stack(cell).ok_or_else(unknown)?;
    let slots = setup.workload.slots();
    if let Some(reason) = refusal(cell).or_else(|| crowded(cell, slots)) {
        return Err(PrepareError::Refused { cell: cell.to_string(), reason });
    }
    let targets = Arc::new(Targets::parse(setup.targets)?);
    let tracer = Arc::new(Tracer::default());
    let shared = Shared {
        tracer: Arc::clone(&tracer),
        request: Arc::new(RequestParts::read(&setup.workload.request, setup.body_file)?),
        checker: Arc::new(Checker::new(setup.workload.expectation(), &targets)),
        targets,
        config_factory: Arc::new(ConfigFactory {
            stack,
            trust_file: setup.trust_file.map(Path::to_owned),
            insecure: setup.insecure,
            groups: groups::named(setup.groups)?,
            version: cell.axes.tls_version,
        }),
        connection: cell.connection,
    };
    let model = match cell.model.as_str() {
        floor::MODEL => floor::prepare(cell, &shared, slots)?,
        talk::MODEL => talk::prepare(cell, &shared, slots)?,
        _ => (pair(cell).ok_or_else(unknown)?.prepare)(&shared, slots, setup.workers)?,
    };
    Ok((model, tracer))
}
