//! What it costs to watch: a step of a trace, noted again and again.

use measure::clock::now_ns;
use measure::trace::{MOST_EVENTS, Step, Tracer};

/// What noting one step takes here, ns.
pub(crate) fn step_ns() -> f64 {
    let tracer = Tracer::default();
    let begun = now_ns();
    (0..MOST_EVENTS as u64).for_each(|request| tracer.note(request, Step::Start));
    now_ns().saturating_sub(begun) as f64 / MOST_EVENTS as f64
}
