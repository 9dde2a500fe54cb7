//! `tlstax reporting-tool`: the talk's use case.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use analysis::verdict::{Evidence, Fits, Sentence, Way};
use fetch::talk::gets::Manner;
use indicatif::ProgressBar;
use origin::Choice;
use render::format::{grouped, number};
use render::screen::Screen;
use render::table::column::{self, Column};
use render::verdict;
use reporting_tool::figures::Figures;
use reporting_tool::file::ReportFile;
use reporting_tool::fleet::HOSTS;
use reporting_tool::{Observer, Report, Settings};

use crate::failure::{EXPECTATION, Failure, INTERRUPTED};
use crate::program::embedded_program;
use crate::show::{screen, write, write_json};
use crate::{folder, interrupt, progress};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Requests to make concurrently; for the other ways their time is extrapolated to this number
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    requests: u64,
    /// Hosts that take requests in turn; the first is slow, the second fails
    #[arg(long, value_name = "H", default_value_t = 50, value_parser = hosts())]
    hosts: u16,
    /// Requests in flight
    #[arg(short = 'c', long, value_name = "C", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    concurrency: u32,
    /// The service time of a host, seconds; the slow host takes five times as long
    #[arg(long, value_name = "D", default_value = "0.13", value_parser = service_time)]
    service_time: Duration,
    /// Requests to make one by one, and blocking inside async; the time for all is extrapolated
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    sample: u64,
    /// The server that plays the hosts: auto, go-httpbin or embedded
    #[arg(long, value_name = "WHICH", default_value_t = Choice::Auto)]
    origin: Choice,
    /// Create this report file [default: report.json in the result folder]
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// The result folder [default: results/local/TIME]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// With details: the concurrency that the requests need to fit the limit
    #[arg(short, long)]
    verbose: bool,
}

fn hosts() -> impl clap::builder::TypedValueParser<Value = u16> {
    clap::value_parser!(u16).range(i64::from(*HOSTS.start())..=i64::from(*HOSTS.end()))
}

fn service_time(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.001..=5.0).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        _ => Err("give seconds from 0.001 to 5".to_owned()),
    }
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let interrupt = interrupt::flag()?;
    let (kind, why) = origin::choose(args.origin, embedded_program()?, &mut |line| terminal::say(line), &interrupt)?;
    let place = folder::Place::of(args.report.as_deref().and_then(Path::parent).or(args.out.as_deref()))?;
    let path = args.report.clone().unwrap_or_else(|| place.path().join("report.json"));
    let file = ReportFile::create(&path)?;
    let settings = Settings {
        requests: args.requests,
        sample: args.sample,
        hosts: args.hosts,
        at_once: args.concurrency,
        service: args.service_time,
        origin: kind,
        interrupt,
    };
    let mut progress = Progress { bar: ProgressBar::hidden(), why };
    let report = reporting_tool::run(&settings, &mut progress);
    progress.bar.finish_and_clear();
    let report = report?;
    file.write(&report)?;
    if args.json {
        write_json(&json(&report, &path))?
    } else {
        write(&text(&report, &path, &screen(args.verbose)))?
    }
    Ok(match (report.interrupted, report.wrong.is_empty()) {
        (true, _) => ExitCode::from(INTERRUPTED),
        (false, true) => ExitCode::SUCCESS,
        (false, false) => ExitCode::from(EXPECTATION),
    })
}

/// Progress on standard error.
struct Progress {
    bar: ProgressBar,
    /// Why this origin.
    why: String,
}

impl Observer for Progress {
    fn listens(&mut self, origin: &str, hosts: u16, addresses: &[Ipv4Addr]) {
        let addresses = addresses.len();
        progress::line(&self.bar, &format!("{hosts} hosts on {addresses} addresses: {origin} ({})", self.why));
    }

    fn begins(&mut self, manner: Manner, requests: u64) {
        self.bar = progress::bar(requests, 0);
        progress::line(&self.bar, &format!("{}: {} requests", manner.name(), grouped(requests as f64)));
        self.bar.set_message(manner.name());
    }

    fn got(&mut self) {
        self.bar.inc(1);
    }

    fn ended(&mut self, figures: &Figures) {
        self.bar.finish_and_clear();
        progress::line(&self.bar, &format!("{}: done in {:.2} s", figures.way, figures.seconds));
    }
}

fn json(report: &Report, path: &Path) -> String {
    let ways: Vec<&Figures> = report.ways.iter().map(|way| &way.figures).collect();
    let json = serde_json::json!({
        "verdict": verdict::text(&fits(report)),
        "workload": report.workload,
        "budget": report.budget,
        "ways": ways,
        "wrong": report.wrong,
        "interrupted": report.interrupted,
        "report": path,
    });
    format!("{json:#}\n")
}

/// The verdict: which ways fit the limit.
fn fits(report: &Report) -> Sentence {
    let Report { workload, budget, ways, .. } = report;
    let way = |figures: &Figures| Way {
        name: figures.way.to_owned(),
        seconds: Evidence::once(figures.seconds_for_all),
        extrapolated_from: figures.extrapolated.then_some(figures.requests),
    };
    Sentence::Fits(Fits {
        requests: workload.requests,
        hosts: workload.hosts,
        limit_s: budget.limit_s,
        ways: ways.iter().map(|report| way(&report.figures)).collect(),
    })
}

fn text(report: &Report, path: &Path, screen: &Screen) -> String {
    let mut text = format!("{}{}\n", screen.verdict(&[verdict::text(&fits(report))]), table(report, screen));
    if screen.verbose {
        text.push_str(&format!("\n{}\n", screen.prose(&sentences(report).join("\n"))));
    }
    for line in &report.wrong {
        text.push_str(&format!("WRONG: {line}\n"));
    }
    if report.interrupted {
        text.push_str("Interrupted: what was begun is told, no more was begun.\n");
    }
    text.push_str(&format!("\nReport: {}\n", path.display()));
    text
}

fn table(report: &Report, screen: &Screen) -> String {
    let all = grouped(report.workload.requests as f64);
    let limit = number(report.budget.limit_s);
    let columns = [
        Column::new("way", |figures: &&Figures| figures.way.to_owned()),
        Column::new("requests\nmade", |figures: &&Figures| figures.requests).number(grouped).right(),
        Column::new("wall\ns", |figures: &&Figures| figures.seconds).number(hundredths).right(),
        Column::new("requests\n/s", |figures: &&Figures| figures.per_second).number(number).right().rank(3),
        Column::new("effective\nconcurrency", |figures: &&Figures| figures.effective_concurrency)
            .number(hundredths)
            .right()
            .rank(1),
        Column::new("in flight\nat origin", |figures: &&Figures| figures.most_in_flight.to_string()).right().rank(2),
        Column::new("failures", |figures: &&Figures| figures.failed).number(grouped).right(),
        Column::new(format!("s for\n{all}"), |figures: &&Figures| figures.seconds_for_all).number(number).right(),
        Column::new("", |figures: &&Figures| if figures.extrapolated { "extrapolated" } else { "measured" }),
        Column::new(format!("fits\n{limit} s"), |figures: &&Figures| if figures.fits { "yes" } else { "no" }),
    ];
    let table = column::table(&columns, report.ways.iter().map(|way| &way.figures));
    render::table::terminal::shown(&table, screen.width, "--json")
}

fn hundredths(value: f64) -> String {
    format!("{value:.2}")
}

/// What the figures mean.
fn sentences(report: &Report) -> Vec<String> {
    let Report { workload, budget, .. } = report;
    let (all, limit) = (grouped(workload.requests as f64), number(budget.limit_s));
    let [low, high] = budget.needed_by_the_talk;
    let each = format!("{all} requests of {} s each", workload.service_s);
    let unlike = format!(
        "with {} taking {} times as long and {} failing at once",
        workload.slow_host, workload.slow_factor, workload.failing_host
    );
    let needed = match budget.needed_as_served > 1.0 {
        true => format!(
            "{each} need a concurrency of {:.2} to fit AWS Lambda's {limit} s; {unlike}, of {:.2}.",
            budget.needed, budget.needed_as_served
        ),
        false => format!("{each} fit AWS Lambda's {limit} s one by one, {unlike}."),
    };
    vec![
        needed,
        format!("The talk's 10,000 of 0.12 to 0.15 s each needed {low:.2} to {high:.2}."),
        format!("TLS that blocks has 1, whatever is asked for: {} were.", workload.in_flight),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_times_are_seconds_within_bounds() {
        assert_eq!(service_time("0.13"), Ok(Duration::from_millis(130)));
        assert_eq!(service_time("5"), Ok(Duration::from_secs(5)));
        for text in ["0", "0.0009", "5.1", "-1", "NaN", "inf", "1s", ""] {
            assert!(service_time(text).is_err(), "{text}");
        }
    }
}
