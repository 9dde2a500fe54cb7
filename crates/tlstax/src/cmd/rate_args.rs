//! `--rate` and `--duration`: start requests at a rate and for a time, instead of when a slot is free and up to a
//! number.

use std::num::NonZeroU64;

use workload::{Amount, Rate, Requests};

#[derive(clap::Args)]
pub(crate) struct RateArgs {
    /// Start requests at a fixed rate per second. Latency counts from when a request was due, so that waiting for one
    /// of the -c slots is part of it [without -n and --duration: for 2 s]; several rates, separated by commas, are run
    /// one after another
    #[arg(long, value_name = "R,…", value_delimiter = ',', allow_negative_numbers = true, help_heading = "Workload")]
    rate: Vec<Rate>,
    /// Start requests for this long instead of making a number of them: 10s, 500ms, 2m; those in flight at the end are
    /// completed
    #[arg(
        long,
        value_name = "TIME",
        value_parser = duration,
        allow_hyphen_values = true,
        conflicts_with = "requests",
        help_heading = "Workload"
    )]
    duration: Option<NonZeroU64>,
}

impl RateArgs {
    /// The amount of work of a trial, by `-n` or by `--duration`; `None` if neither was given.
    pub(crate) fn amount(&self, requests: Option<Requests>) -> Option<Amount> {
        requests.map(Amount::Requests).or(self.duration.map(Amount::Duration))
    }

    /// The rates without duplicates, the lowest first.
    pub(crate) fn rates(&self) -> Vec<Rate> {
        let mut rates = self.rate.clone();
        rates.sort_by(|a, b| a.per_second().total_cmp(&b.per_second()));
        rates.dedup();
        rates
    }
}

/// Parses a duration, in ns.
fn duration(text: &str) -> Result<NonZeroU64, String> {
    let refuse = |reason: &str| format!("{reason}: a time above 0 is written as 10s, 500ms or 2m");
    let time: jiff::SignedDuration = text.parse().map_err(|error: jiff::Error| refuse(&error.to_string()))?;
    let ns = u64::try_from(time.as_nanos()).ok().and_then(NonZeroU64::new);
    ns.ok_or_else(|| refuse("it is not more than 0, or more than 500 years"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let ns = |text: &str| duration(text).map(NonZeroU64::get);
        assert_eq!(ns("10s"), Ok(10_000_000_000));
        assert_eq!(ns("500ms"), Ok(500_000_000));
        assert_eq!(ns("2m"), Ok(120_000_000_000));
        assert_eq!(ns("1m 30s"), Ok(90_000_000_000));
        for text in ["", "0s", "-1s", "5", "s", "ten", "99999999999h"] {
            assert!(ns(text).unwrap_err().contains("10s, 500ms or 2m"), "{text}");
        }
    }
}
