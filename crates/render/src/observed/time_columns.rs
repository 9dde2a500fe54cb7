//! The values of a run over time, in as many columns as a picture has.

use observation::{CpuReading, Doing, Moment, ObservedRun};

/// The means over the time of one column. Times are ns since the run began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) from_ns: f64,
    pub(crate) until_ns: f64,
    /// The number of connections in each state.
    pub(crate) moment: Moment,
    /// CPU time of the command per unit of time; `None` if it was not read.
    pub(crate) cores: Option<f64>,
}

impl Column {
    /// The number of connections in this state.
    pub(crate) fn level(&self, doing: Doing) -> f64 {
        f64::from(match doing {
            Doing::Connecting => self.moment.connecting,
            Doing::Handshake => self.moment.handshake,
            Doing::Standing => self.moment.standing,
            Doing::Waiting => self.moment.waiting,
            Doing::Transferring => self.moment.transferring,
            Doing::Idle => self.moment.idle,
        })
    }
}

/// The values of `pass` from its beginning to `horizon_ns`.
pub(crate) fn course(pass: &ObservedRun, horizon_ns: u64, columns: usize) -> Vec<Column> {
    let clock = CpuClock::of(pass);
    let edge = |at: usize| horizon_ns.max(1) as f64 * at as f64 / columns as f64;
    let column = |at: usize| {
        let (from_ns, until_ns) = (edge(at), edge(at + 1));
        Column { from_ns, until_ns, moment: mean(pass, from_ns, until_ns), cores: clock.cores(from_ns, until_ns) }
    };
    (0..columns).map(column).collect()
}

/// The mean over a span, in which each moment counts by how much of it lies in the span.
fn mean(pass: &ObservedRun, from_ns: f64, until_ns: f64) -> Moment {
    let levels = &pass.levels;
    let width = levels.moment_ns.max(1) as f64;
    let first = (from_ns / width) as usize;
    let mut mean = Moment::default();
    for (at, moment) in levels.moments.iter().enumerate().skip(first) {
        let begin = at as f64 * width;
        if begin >= until_ns {
            break;
        }
        let share = ((begin + width).min(until_ns) - begin.max(from_ns)) / (until_ns - from_ns);
        let add = |to: &mut f32, value: f32| *to += (f64::from(value) * share.max(0.0)) as f32;
        add(&mut mean.connecting, moment.connecting);
        add(&mut mean.handshake, moment.handshake);
        add(&mut mean.standing, moment.standing);
        add(&mut mean.waiting, moment.waiting);
        add(&mut mean.transferring, moment.transferring);
        add(&mut mean.idle, moment.idle);
    }
    mean
}

/// CPU time as a function of time, interpolated linearly between readings.
struct CpuClock {
    /// Sorted by time, from the beginning of the run on.
    readings: Vec<CpuReading>,
}

/// CPU time that is part of the total but of no reading, ns.
pub(crate) fn unmet_ns(pass: &ObservedRun) -> u64 {
    pass.cpu.total_ns.saturating_sub(pass.cpu.readings.last().map_or(0, |last| last.cpu_ns))
}

impl CpuClock {
    fn of(pass: &ObservedRun) -> CpuClock {
        let mut readings = vec![CpuReading::default()];
        for reading in &pass.cpu.readings {
            if readings.last().is_none_or(|last| last.at_ns < reading.at_ns) {
                readings.push(*reading);
            }
        }
        CpuClock { readings }
    }

    /// The mean number of cores used from `from_ns` to `until_ns`, or to the last reading; `None` after it.
    fn cores(&self, from_ns: f64, until_ns: f64) -> Option<f64> {
        let last = self.readings.last()?.at_ns as f64;
        let until_ns = until_ns.min(last);
        if until_ns <= from_ns {
            return None;
        }
        Some(((self.at(until_ns) - self.at(from_ns)) / (until_ns - from_ns)).max(0.0))
    }

    fn at(&self, ns: f64) -> f64 {
        let after = self.readings.partition_point(|reading| reading.at_ns as f64 <= ns);
        let before = self.readings.get(after.saturating_sub(1));
        let (Some(before), Some(next)) = (before, self.readings.get(after)) else {
            return before.map_or(0.0, |reading| reading.cpu_ns as f64);
        };
        let part = (ns - before.at_ns as f64) / (next.at_ns - before.at_ns) as f64;
        before.cpu_ns as f64 + (next.cpu_ns as f64 - before.cpu_ns as f64) * part
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::fixtures::{MS, serialized};

    #[test]
    fn columns_keep_the_sum_of_what_they_show() {
        let observation = serialized(10);
        let pass = &observation.passes[1];
        for columns in [7, 60, 1_000] {
            let course = course(pass, pass.wall_ns, columns);
            let waited: f64 = course.iter().map(|c| c.level(Doing::Waiting) * (c.until_ns - c.from_ns)).sum();
            let exact: f64 =
                pass.levels.moments.iter().map(|m| f64::from(m.waiting) * pass.levels.moment_ns as f64).sum();
            assert!((waited / exact - 1.0).abs() < 1e-3, "{waited} against {exact} in {columns}");
        }
    }

    #[test]
    fn cpu_is_a_share_of_a_core_and_unknown_after_the_last_reading() {
        let mut observation = serialized(2);
        let pass = &mut observation.passes[1];
        let reading = |at: u64, cpu: u64| CpuReading { at_ns: at * MS, cpu_ns: cpu * MS, ..CpuReading::default() };
        pass.cpu.readings = vec![reading(100, 100), reading(200, 100), reading(300, 300)];
        let course = course(pass, 400 * MS, 4);
        let cores: Vec<Option<f64>> = course.iter().map(|column| column.cores).collect();
        assert_eq!(cores, [Some(1.0), Some(0.0), Some(2.0), None]);
    }

    #[test]
    fn what_no_reading_met_is_told() {
        let mut observation = serialized(2);
        let pass = &mut observation.passes[1];
        pass.cpu.total_ns = 150 * MS;
        pass.cpu.readings = vec![CpuReading { at_ns: 90 * MS, cpu_ns: 90 * MS, ..CpuReading::default() }];
        assert_eq!(unmet_ns(pass), 60 * MS);
    }
}
