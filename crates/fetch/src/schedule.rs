//! When a trial's requests may start: as slots become free, for a given time, or each at a time of its own.

use measure::clock::now_ns;
use measure::recorder::Recorder;
use workload::{Amount, Rate, Requests, Workload};

use crate::ErrorKind;

/// When requests may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schedule {
    /// This many, each as soon as a slot is free.
    Requests(u64),
    /// As soon as a slot is free, for this long, ns; at least one request.
    Duration(u64),
    /// This many at a fixed rate.
    Paced { requests: u64, rate: Rate },
}

impl Schedule {
    /// The schedule that a workload asks for.
    pub(crate) fn of(workload: &Workload) -> Schedule {
        match (workload.rate, workload.amount) {
            (Some(rate), amount) => {
                Schedule::Paced { requests: amount.at(rate).requests().map_or(0, Requests::get), rate }
            }
            (None, Amount::Requests(requests)) => Schedule::Requests(requests.get()),
            (None, Amount::Duration(ns)) => Schedule::Duration(ns.get()),
        }
    }

    /// The total number of requests; 0 where it is not known beforehand.
    pub(crate) fn requests(self) -> u64 {
        match self {
            Schedule::Requests(requests) | Schedule::Paced { requests, .. } => requests,
            Schedule::Duration(_) => 0,
        }
    }
}

/// The starts of one run, handed out one after another.
#[derive(Debug)]
pub(crate) struct Starts {
    schedule: Schedule,
    begun: u64,
    made: u64,
}

impl Starts {
    /// The schedule begins at `begun`, ns.
    pub(crate) fn new(schedule: Schedule, begun: u64) -> Starts {
        Starts { schedule, begun, made: 0 }
    }

    /// Whether no further request will start.
    pub(crate) fn are_over(&self) -> bool {
        match self.schedule {
            Schedule::Requests(requests) | Schedule::Paced { requests, .. } => self.made >= requests,
            Schedule::Duration(ns) => self.made > 0 && now_ns() >= self.begun.saturating_add(ns),
        }
    }

    /// Number of requests handed out so far.
    pub(crate) fn made(&self) -> u64 {
        self.made
    }

    /// When request `number` is due, ns; `None` where it waits only for a free slot.
    pub(crate) fn due(&self, number: u64) -> Option<u64> {
        match self.schedule {
            Schedule::Paced { rate, .. } => Some(self.begun.saturating_add(rate.due_ns(number))),
            Schedule::Requests(_) | Schedule::Duration(_) => None,
        }
    }

    /// Whether the next request may start now.
    pub(crate) fn is_due(&self) -> bool {
        !self.are_over() && self.due(self.made).is_none_or(|due| now_ns() >= due)
    }

    /// Counts all requests that have not started as failed, because they could not be started.
    pub(crate) fn refuse(&mut self, recorder: &Recorder, why: &std::io::Error) {
        while !self.are_over() {
            self.take(0);
            recorder.wrong(ErrorKind::Spawn.name(), || why.to_string());
        }
    }

    /// The next request's number and when it was due: at its own time, or when its slot became free.
    pub(crate) fn take(&mut self, free_since: u64) -> (u64, u64) {
        let request = self.made;
        self.made += 1;
        (request, self.due(request).unwrap_or(free_since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_and_no_more() {
        let mut starts = Starts::new(Schedule::Requests(2), 0);
        assert_eq!([starts.take(5), starts.take(7)], [(0, 5), (1, 7)], "due when the slot came free");
        assert!(starts.are_over() && !starts.is_due());
    }

    #[test]
    fn a_request_is_due_by_its_number() {
        let rate = "8".parse().unwrap();
        let mut starts = Starts::new(Schedule::Paced { requests: 3, rate }, 1_000);
        assert!(starts.is_due(), "its moment is long over");
        assert_eq!([0, 1, 2].map(|_| starts.take(u64::MAX)), [(0, 1_000), (1, 125_001_000), (2, 250_001_000)]);
        assert!(starts.are_over());
        let future = Starts::new(Schedule::Paced { requests: 3, rate }, now_ns() + 60_000_000_000);
        assert!(!future.are_over() && !future.is_due());
    }

    #[test]
    fn a_time_has_room_for_one_at_least() {
        let mut starts = Starts::new(Schedule::Duration(1), now_ns() - 10);
        assert!(starts.is_due());
        starts.take(0);
        assert!(starts.are_over());
        let mut long = Starts::new(Schedule::Duration(60_000_000_000), now_ns());
        (0..1_000).for_each(|_| assert!(long.take(0).0 < 1_000));
        assert!(!long.are_over());
    }
}
