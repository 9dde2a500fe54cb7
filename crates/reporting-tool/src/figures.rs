//! The results of a manner: times, concurrency, and whether all requests would fit the limit.

use std::time::Duration;

use fetch::talk::gets::{GetTotals, Manner};
use ledger::Side;
use serde::Serialize;

use crate::accounts::{Failure, HostAccount, Totals};
use crate::budget::{LIMIT_S, Load, effective_concurrency, extrapolated};
use crate::fleet::Fleet;

/// The figures of one manner.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Its name.
    pub way: &'static str,
    /// Requests made.
    pub requests: u64,
    /// The requested number of requests in flight.
    pub asked_in_flight: u32,
    /// Most requests in flight, by the origin's ledger.
    pub most_in_flight: u64,
    /// Wall time, s.
    pub seconds: f64,
    /// Requests a second.
    pub per_second: f64,
    /// The sum of service times over the wall time.
    pub effective_concurrency: f64,
    /// Requests with a correct response.
    pub answered: u64,
    /// Requests that failed.
    pub failed: u64,
    /// The sum of the page numbers in the responses.
    pub page_sum: u64,
    /// Bytes of the bodies of correct responses.
    pub bytes: u64,
    /// How long all requests take, s.
    pub seconds_for_all: f64,
    /// Whether that was extrapolated from fewer.
    pub extrapolated: bool,
    /// Whether all requests fit the limit.
    pub fits: bool,
}

/// A manner with its hosts and failures, as the report file has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WayReport {
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
    /// By host.
    pub hosts: Vec<HostAccount>,
    /// All of them, in the order of their pages.
    pub failures: Vec<Failure>,
}

/// The data of a finished manner, from which its figures are computed.
pub(crate) struct Done<'a> {
    pub(crate) manner: Manner,
    pub(crate) at_once: u32,
    pub(crate) made: GetTotals,
    /// The total number of requests to make.
    pub(crate) all: u64,
    pub(crate) totals: Totals,
    /// The origin's counts of it.
    pub(crate) seen: &'a Side,
}

impl Done<'_> {
    /// Sentences on what contradicts that nothing was lost, by the accounts and by the origin's ledger.
    pub(crate) fn wrong(&self) -> Vec<String> {
        let (name, requests) = (self.manner.name(), self.made.requests);
        let mut wrong = self.totals.wrong(requests);
        let Side { requests: seen, handshakes, .. } = self.seen;
        if (*seen, handshakes.full) != (requests, requests) {
            let full = handshakes.full;
            wrong.push(format!(
                "the origin saw {seen} requests and {full} full handshakes, {requests} requests were made"
            ));
        }
        wrong.into_iter().map(|reason| format!("{name}: {reason}")).collect()
    }

    /// Its figures.
    pub(crate) fn report(self, fleet: &Fleet) -> WayReport {
        let Done { manner, at_once, made: GetTotals { requests, wall }, all, totals, seen } = self;
        let seconds = wall.as_secs_f64();
        let load = |requests| Load { requests, service_s: fleet.service_s(requests) };
        let is_part = requests < all;
        let seconds_for_all = if is_part { extrapolated(seconds, load(requests), load(all)) } else { seconds };
        let figures = Figures {
            way: manner.name(),
            requests,
            asked_in_flight: at_once,
            most_in_flight: seen.most_in_flight,
            seconds,
            per_second: if wall > Duration::ZERO { requests as f64 / seconds } else { 0.0 },
            effective_concurrency: effective_concurrency(load(requests).service_s, seconds),
            answered: totals.answers,
            failed: totals.failures.len() as u64,
            page_sum: totals.page_sum,
            bytes: totals.bytes,
            seconds_for_all,
            extrapolated: is_part,
            fits: seconds_for_all <= LIMIT_S,
        };
        WayReport { figures, hosts: totals.hosts, failures: totals.failures }
    }
}

/// What is wrong with a manner that should fit the limit and does not: with `at_once` requests in flight, the waiting
/// alone would fit.
pub(crate) fn misfit(figures: &Figures, service_s: f64) -> Option<String> {
    let should = service_s / f64::from(figures.asked_in_flight.max(1)) <= LIMIT_S;
    (should && !figures.fits).then(|| {
        let Figures { way, asked_in_flight, seconds_for_all, .. } = figures;
        format!("{way}: with {asked_in_flight} in flight it should fit {LIMIT_S} s and takes {seconds_for_all:.0} s")
    })
}

#[cfg(test)]
mod tests {
    use ledger::Handshakes;

    use super::*;
    use crate::fleet::example;

    fn done(requests: u64, seconds: f64, seen: &Side) -> Done<'_> {
        let totals = Totals {
            answers: requests,
            page_sum: requests * requests.saturating_sub(1) / 2,
            bytes: 0,
            hosts: Vec::new(),
            failures: Vec::new(),
        };
        let made = GetTotals { requests, wall: Duration::from_secs_f64(seconds) };
        Done { manner: Manner::Properly, at_once: 64, made, all: 10_000, totals, seen }
    }

    fn seen(requests: u64) -> Side {
        let handshakes = Handshakes { full: requests, ..Handshakes::default() };
        Side { requests, handshakes, most_in_flight: 64, ..Side::default() }
    }

    #[test]
    fn a_part_is_extrapolated_and_the_whole_is_not() {
        let fleet = example(50, Duration::from_millis(130));
        let whole = done(10_000, 27.56, &seen(10_000)).report(&fleet).figures;
        assert!(!whole.extrapolated && whole.fits && (whole.seconds_for_all - 27.56).abs() < 1e-9, "{whole:?}");
        assert!((whole.effective_concurrency - 50.0).abs() < 1e-6, "{whole:?}");
        let part = done(100, 14.0, &seen(100)).report(&fleet).figures;
        assert!(part.extrapolated && !part.fits && (part.seconds_for_all - 1400.0).abs() < 1e-6, "{part:?}");
        assert!(part.effective_concurrency < 1.0);
        let none = done(0, 0.0, &seen(0)).report(&fleet).figures;
        assert!(none.seconds_for_all == 0.0 && none.per_second == 0.0, "{none:?}");
    }

    #[test]
    fn the_ledger_is_asked_too() {
        assert_eq!(done(10, 1.0, &seen(10)).wrong(), Vec::<String>::new());
        let wrong = done(10, 1.0, &seen(9)).wrong().join("; ");
        assert!(wrong.starts_with("properly: the origin saw 9 requests and 9 full handshakes, 10"), "{wrong}");
    }

    #[test]
    fn only_what_should_fit_is_a_misfit() {
        let fleet = example(50, Duration::from_millis(130));
        let figures = |seconds| done(10_000, seconds, &seen(10_000)).report(&fleet).figures;
        assert_eq!(misfit(&figures(899.0), 1378.0), None);
        assert!(misfit(&figures(901.0), 1378.0).unwrap().contains("takes 901 s"));
        assert_eq!(misfit(&figures(901.0), 901.0 * 64.0), None, "no concurrency of 64 would do");
    }
}
