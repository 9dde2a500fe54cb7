//! Computes the concurrency that a program needs to finish within the limit, and how long it would run.

use serde::Serialize;

/// How long AWS Lambda lets a function run, s.
pub const LIMIT_S: f64 = 900.0;

/// The talk's numbers: 10,000 requests in 20 to 25 minutes, one by one, are 0.12 to 0.15 s each.
const TALK: (u64, [f64; 2]) = (10_000, [0.12, 0.15]);

/// The concurrency that is needed to finish within the limit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Budget {
    /// [`LIMIT_S`].
    pub limit_s: f64,
    /// The concurrency that the requests need if each takes the service time.
    pub needed: f64,
    /// The same with the slow host and the failing one as they are.
    pub needed_as_served: f64,
    /// What the talk's requests needed, for its shortest and its longest service time.
    pub needed_by_the_talk: [f64; 2],
}

impl Budget {
    /// For `requests` with `service_s` each, whose actual service times add up to `served_s`.
    pub fn of(requests: u64, service_s: f64, served_s: f64) -> Budget {
        let (talk, times) = TALK;
        Budget {
            limit_s: LIMIT_S,
            needed: needed(requests as f64 * service_s),
            needed_as_served: needed(served_s),
            needed_by_the_talk: times.map(|time| needed(talk as f64 * time)),
        }
    }
}

/// The concurrency that `service_s` of waiting needs to fit the limit.
fn needed(service_s: f64) -> f64 {
    service_s / LIMIT_S
}

/// The effective concurrency: the sum of service times divided by the wall time; 0 if that is 0.
pub fn effective_concurrency(service_s: f64, wall_s: f64) -> f64 {
    if wall_s > 0.0 { service_s / wall_s } else { 0.0 }
}

/// Requests, and the sum of their service times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Requests.
    pub requests: u64,
    /// Their service times together, s.
    pub service_s: f64,
}

/// How long `all` would take if `part` of it took `wall_s`. A part may contain the slow host more or less often than
/// the whole. The time of requests one by one is therefore divided into their service times, which are known, and the
/// rest, which is the same for each request; for concurrent requests only the service times count.
pub fn extrapolated(wall_s: f64, part: Load, all: Load) -> f64 {
    if part.requests == 0 {
        return 0.0;
    }
    let by_number = all.requests as f64 / part.requests as f64;
    match wall_s - part.service_s {
        rest if rest >= 0.0 => all.service_s + rest * by_number,
        _ => wall_s * all.service_s / part.service_s,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_near(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-9, "{value} instead of {expected}");
    }

    #[test]
    fn the_talks_figures_come_out() {
        let budget = Budget::of(10_000, 0.13, 1378.0);
        is_near(budget.needed, 1300.0 / 900.0);
        is_near(budget.needed_as_served, 1378.0 / 900.0);
        let [low, high] = budget.needed_by_the_talk;
        assert_eq!([format!("{low:.2}"), format!("{high:.2}")], ["1.33", "1.67"]);
    }

    #[test]
    fn concurrency_is_service_over_wall() {
        is_near(effective_concurrency(1378.0, 27.56), 50.0);
        is_near(effective_concurrency(13.0, 13.0), 1.0);
        is_near(effective_concurrency(1.0, 0.0), 0.0);
    }

    #[test]
    fn a_part_stands_for_the_whole() {
        let load = |requests, service_s| Load { requests, service_s };
        // The same proportions as in the whole: extrapolated by number.
        is_near(extrapolated(14.0, load(100, 13.0), load(10_000, 1300.0)), 1400.0);
        // The part has the slow host twice as often: its service times count as such, and 0.01 s a request as overhead.
        is_near(extrapolated(14.0, load(100, 13.0), load(10_000, 1000.0)), 1100.0);
        // Concurrent requests.
        is_near(extrapolated(2.0, load(100, 13.0), load(1_000, 130.0)), 20.0);
        is_near(extrapolated(1.0, load(0, 0.0), load(1_000, 130.0)), 0.0);
    }
}
