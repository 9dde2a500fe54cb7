//! Checks whether an engine kept to a workload's rate or duration.

use measure::protocol::Finished;
use workload::Workload;

/// Why an engine cannot run a timed workload: it does not declare that it starts requests by the clock. `None` if it
/// does, or if the workload is not timed.
pub(crate) fn unfit(workload: &Workload, paces: bool, engine: &str) -> Option<String> {
    (workload.is_timed() && !paces).then(|| {
        format!(
            "the engine {engine:?} does not say that it keeps a rate or a duration (\"paces\" in its \"ready\"): run \
             it with -n alone, without --rate and --duration"
        )
    })
}

/// The evidence that an engine did not keep to it: it ended before its last request was due, or before the duration was
/// over. A tolerance of 1 % allows for timers that are coarser than the clock.
pub(crate) fn unkept(workload: &Workload, finished: &Finished) -> Option<String> {
    let took = finished.ended_ns.saturating_sub(finished.started_ns);
    let least = workload.least_ns();
    let ms = |ns: u64| ns as f64 / 1e6;
    (took < least - least / 100).then(|| {
        let what =
            if workload.rate.is_some() { "its last request was due after" } else { "requests were to start for" };
        format!("it ended after {:.1} ms, and {what} {:.1} ms: it did not keep to the time", ms(took), ms(least))
    })
}

#[cfg(test)]
mod tests {
    use workload::{Amount, Rate};

    use super::*;

    fn workload(amount: Amount, rate: Option<f64>) -> Workload {
        Workload {
            rate: rate.map(|rate| Rate::try_from(rate).unwrap()),
            ..Workload::of("/get".parse().unwrap(), amount, 4.try_into().unwrap())
        }
    }

    fn requests(n: u64) -> Amount {
        Amount::Requests(n.try_into().unwrap())
    }

    fn took(ms: u64) -> Finished {
        Finished { started_ns: 5, ended_ns: 5 + ms * 1_000_000, recorder_bytes: 0 }
    }

    #[test]
    fn an_engine_that_does_not_say_so_paces_nothing() {
        let second = Amount::Duration(1_000_000_000.try_into().unwrap());
        for timed in [workload(second, None), workload(requests(5), Some(1.0)), workload(second, Some(1.0))] {
            assert!(unfit(&timed, false, "mine").unwrap().contains("without --rate"));
            assert_eq!(unfit(&timed, true, "mine"), None);
        }
        assert_eq!(unfit(&workload(requests(5), None), false, "mine"), None);
    }

    #[test]
    fn who_is_done_too_soon_kept_no_time() {
        let paced = workload(requests(11), Some(100.0));
        assert_eq!(unkept(&paced, &took(100)), None, "the eleventh is due after ten intervals");
        assert!(unkept(&paced, &took(98)).unwrap().contains("due after 100.0 ms"));
        let second = workload(Amount::Duration(1_000_000_000.try_into().unwrap()), None);
        assert_eq!(unkept(&second, &took(995)), None);
        assert!(unkept(&second, &took(900)).unwrap().contains("to start for 1000.0 ms"));
        assert_eq!(unkept(&workload(requests(11), None), &took(0)), None);
    }
}
