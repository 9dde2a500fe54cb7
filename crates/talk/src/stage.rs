//! The stages of the talk and the cells that run them: the expected outcome of each, and the published figures that it
//! is compared with.

use workload::Cell;

use crate::published::Python;

/// The expected outcome of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// All n requests in flight at once.
    Fast,
    /// One request in flight, whatever concurrency is requested.
    Slow,
    /// One request in flight, because the program is written that way.
    Serial,
    /// As many as the executor has threads: the fault exists, but is less visible.
    Hidden(u64),
}

impl Expected {
    /// The maximum of requests in flight that the origin must see.
    pub fn in_flight(self, n: u64) -> u64 {
        match self {
            Expected::Fast => n,
            Expected::Slow | Expected::Serial => 1,
            Expected::Hidden(workers) => workers.min(n),
        }
    }

    /// The outcome's name.
    pub fn name(self) -> &'static str {
        match self {
            Expected::Fast => "fast",
            Expected::Slow => "slow",
            Expected::Serial => "serial",
            Expected::Hidden(_) => "hidden",
        }
    }
}

/// The stage that a cell runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// The expected outcome.
    pub expected: Expected,
    /// The published stage and interpreter that it stands for; `None` for controls and cures.
    pub stands_for: Option<(&'static str, Python)>,
}

/// The model of the Rust stages' cells.
const RUST: &str = "talk";

/// Engines of the original: `py27-stage-2` and so on.
const PYTHON_ENGINES: &str = "py";

/// The stage that a cell runs; `None` for any other cell.
pub fn of(cell: &Cell) -> Option<Stage> {
    if cell.model == RUST {
        return rust(&cell.client);
    }
    let (profile, stage) = cell.client.strip_prefix(PYTHON_ENGINES)?.split_once("-stage-")?;
    original(profile, stage, cell.is_tls())
}

fn rust(name: &str) -> Option<Stage> {
    use Expected::{Fast, Hidden, Serial, Slow};
    let stage = |expected, stands_for| Some(Stage { expected, stands_for });
    let (recv, recv_into) = (Python::V27, Python::V37);
    match name {
        "serial" => stage(Serial, Some(("serial", recv))),
        "0-alone" => stage(Fast, Some(("0", recv_into))),
        "0-beside-another" => stage(Slow, Some(("0", recv))),
        "1-recv" => stage(Fast, Some(("1", recv))),
        "1-recv-into" => stage(Fast, Some(("1", recv_into))),
        "2-recv" => stage(Slow, Some(("2", recv))),
        "2-recv-into" => stage(Slow, Some(("2", recv_into))),
        "3-recv" => stage(Fast, Some(("3", recv))),
        "3-recv-into" => stage(Slow, Some(("3", recv_into))),
        "4-recv" => stage(Fast, Some(("4", recv))),
        "4-recv-into" => stage(Fast, Some(("4", recv_into))),
        "4-reverted" => stage(Slow, Some(("4-before", recv_into))),
        "5-recv-into" | "blocking-plain" | "send-first" | "cure-spawn-blocking" | "cure-threads" => stage(Fast, None),
        "2-workers-2" => stage(Hidden(2), None),
        "2-workers-4" => stage(Hidden(4), None),
        "2-workers-8" => stage(Hidden(8), None),
        "ureq-in-tokio" | "ureq-in-smol" | "ureq-in-async-std" => stage(Slow, None),
        _ => None,
    }
}

/// The original: Python 2.7 reads by recv, later ones by recv_into. Over plain HTTP every stage but the serial is fast.
fn original(profile: &str, stage: &str, is_tls: bool) -> Option<Stage> {
    use Expected::{Fast, Serial, Slow};
    let python = if profile.starts_with("27") { Python::V27 } else { Python::V37 };
    let (published, expected) = match (stage, python) {
        ("serial", _) => ("serial", Serial),
        ("1", _) => ("1", Fast),
        ("2", _) => ("2", Slow),
        ("3", Python::V27) => ("3", Fast),
        ("3", Python::V37) => ("3", Slow),
        ("4", _) => ("4", Fast),
        // It was never published for 2.7, which needs no patch.
        ("4-before", Python::V27) => ("4-before", Fast),
        ("4-before", Python::V37) => ("4-before", Slow),
        _ => return None,
    };
    let expected = if is_tls || expected == Serial { expected } else { Fast };
    Some(Stage { expected, stands_for: is_tls.then_some((published, python)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(cell: &str) -> Option<Expected> {
        of(&cell.parse().unwrap()).map(|stage| stage.expected)
    }

    #[test]
    fn the_same_wrapper_is_fast_or_slow_by_how_the_client_reads() {
        assert_eq!(expected("talk/3-recv/rustls/new-conn"), Some(Expected::Fast));
        assert_eq!(expected("talk/3-recv-into/rustls/new-conn"), Some(Expected::Slow));
        assert_eq!(expected("engine/py27-stage-3/https/new-conn"), Some(Expected::Fast));
        assert_eq!(expected("engine/py37-stage-3/https/new-conn"), Some(Expected::Slow));
        assert_eq!(expected("engine/py311-today-stage-2/plain/new-conn"), Some(Expected::Fast));
        assert_eq!(expected("smol/hyper/rustls/new-conn"), None);
    }
}
