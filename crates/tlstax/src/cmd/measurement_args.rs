//! The options of measurement, for `run` and `cmp`.

use measure::machine::allowed_cpus;
use measure::result::Pinning;
use runner::PinningError;

#[derive(Debug, clap::Args)]
pub(crate) struct MeasurementArgs {
    /// How often each cell runs [default: 3, in a paired run 12]; from 6 on there are intervals
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=10_000), help_heading = "Measurement")]
    pub(crate) rounds: Option<u32>,
    /// Whether client and origin have CPUs of their own [default: split where there are two]
    #[arg(long, value_enum, value_name = "HOW", help_heading = "Measurement")]
    pin: Option<Pin>,
    /// Worker threads of models that have a choice [default: the client's CPUs, 2 at least]
    #[arg(long, value_name = "W", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Measurement")]
    workers: Option<u16>,
    /// What the order of trials is drawn from [default: the time]
    #[arg(long, value_name = "SEED", help_heading = "Measurement")]
    pub(crate) seed: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Pin {
    /// Disjoint CPUs
    Split,
    /// All CPUs for both
    None,
}

impl MeasurementArgs {
    /// The CPUs of client and origin; `ours` says whether the origin is one of tlstax's.
    ///
    /// # Errors
    ///
    /// When they must be split and there is only one.
    pub(crate) fn pinning(&self, ours: bool) -> Result<Pinning, PinningError> {
        let cpus = allowed_cpus();
        // The CPUs of a server of the user's are unknown: none are kept free for it.
        let split = self.pin.map_or(ours && cpus.len() > 1, |pin| pin == Pin::Split);
        runner::pin(&cpus, split)
    }

    /// Whether no option was given.
    pub(crate) fn is_empty(&self) -> bool {
        self.rounds.is_none() && self.pin.is_none() && self.workers.is_none() && self.seed.is_none()
    }

    /// The number of worker threads, if it was given.
    pub(crate) fn workers(&self) -> Option<usize> {
        self.workers.map(usize::from)
    }
}
