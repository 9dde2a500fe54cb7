//! What Criterion measures: the CPU time of a request, or its wall time.
//!
//! CPU time by default: on a shared machine wall time drifts by a factor of two, and every comparison with a baseline
//! would report a change.

use criterion::Throughput;
use criterion::measurement::{Measurement, ValueFormatter};
use measure::clock::{now_ns, own_cpu_ns};
use measure::result::Trial;

/// The variable that selects it: `cpu` or `wall`.
pub const VARIABLE: &str = "TLSTAX_MEASURE";

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// CPU time of the process, ns.
    Cpu,
    /// CLOCK_MONOTONIC, ns.
    Wall,
}

/// The value of the variable is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{VARIABLE}={0:?} is neither cpu nor wall")]
pub struct CostError(String);

impl Cost {
    /// The measure that the variable's value selects; CPU time if it is not set.
    ///
    /// # Errors
    ///
    /// When the value is neither of the two.
    pub fn chosen(value: Option<&str>) -> Result<Cost, CostError> {
        match value {
            None | Some("" | "cpu") => Ok(Cost::Cpu),
            Some("wall") => Ok(Cost::Wall),
            Some(other) => Err(CostError(other.to_owned())),
        }
    }

    /// What a request of a batch cost on average, ns.
    pub fn of(self, batch: &Trial) -> u64 {
        let whole = match self {
            Cost::Cpu => batch.client.cpu_ns,
            Cost::Wall => batch.wall_ns,
        };
        whole / batch.right.max(1)
    }

    /// The name of a benchmark: Criterion compares by name, and CPU time must not be compared with wall time.
    pub fn named(self, name: &str) -> String {
        match self {
            Cost::Cpu => name.to_owned(),
            Cost::Wall => format!("{name} (wall)"),
        }
    }

    fn now(self) -> u64 {
        match self {
            Cost::Cpu => own_cpu_ns(),
            Cost::Wall => now_ns(),
        }
    }
}

impl Measurement for Cost {
    type Intermediate = u64;
    type Value = u64;

    fn start(&self) -> u64 {
        self.now()
    }

    fn end(&self, start: u64) -> u64 {
        self.now().saturating_sub(start)
    }

    fn add(&self, a: &u64, b: &u64) -> u64 {
        a + b
    }

    fn zero(&self) -> u64 {
        0
    }

    fn to_f64(&self, value: &u64) -> f64 {
        *value as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        match self {
            Cost::Cpu => &Formatter { time: ["CPU ns", "CPU µs", "CPU ms", "CPU s"], rate: "req/CPU-s" },
            Cost::Wall => &Formatter { time: ["ns", "µs", "ms", "s"], rate: "req/s" },
        }
    }
}

/// Formats ns, naming the clock.
struct Formatter {
    /// From ns to s.
    time: [&'static str; 4],
    rate: &'static str,
}

impl ValueFormatter for Formatter {
    fn scale_values(&self, typical: f64, values: &mut [f64]) -> &'static str {
        let (factor, unit) = match typical {
            ns if ns < 1e3 => (1.0, self.time[0]),
            ns if ns < 1e6 => (1e-3, self.time[1]),
            ns if ns < 1e9 => (1e-6, self.time[2]),
            _ => (1e-9, self.time[3]),
        };
        values.iter_mut().for_each(|value| *value *= factor);
        unit
    }

    fn scale_throughputs(&self, _: f64, throughput: &Throughput, values: &mut [f64]) -> &'static str {
        let count = match throughput {
            Throughput::Elements(count) | Throughput::Bytes(count) | Throughput::BytesDecimal(count) => *count,
            _ => 1,
        };
        values.iter_mut().for_each(|ns| *ns = count as f64 * 1e9 / *ns);
        self.rate
    }

    fn scale_for_machines(&self, _: &mut [f64]) -> &'static str {
        "ns"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_chooses() {
        assert_eq!(Cost::chosen(None), Ok(Cost::Cpu));
        assert_eq!(Cost::chosen(Some("wall")), Ok(Cost::Wall));
        assert!(Cost::chosen(Some("time")).is_err());
    }

    #[test]
    fn burnt_cpu_is_measured_and_sleep_is_not() {
        let measured = |cost: Cost, work: fn()| {
            let start = cost.start();
            work();
            cost.end(start)
        };
        let sleep = || std::thread::sleep(std::time::Duration::from_millis(50));
        assert!(measured(Cost::Wall, sleep) >= 50_000_000);
        assert!(measured(Cost::Cpu, sleep) < 40_000_000);
    }

    #[test]
    fn units_follow_the_size() {
        let mut values = [2_500_000.0];
        assert_eq!((Cost::Cpu.formatter().scale_values(2_500_000.0, &mut values), values), ("CPU ms", [2.5]));
        let mut values = [1e6];
        let unit = Cost::Wall.formatter().scale_throughputs(1e6, &Throughput::Elements(400), &mut values);
        assert_eq!((unit, values), ("req/s", [400_000.0]));
    }
}
