//! `tlstax profile`: flamegraphs of cells, and the bill of where their CPU time went.

use std::path::{Path as FilePath, PathBuf};
use std::process::ExitCode;

use analysis::verdict::of_sheet;
use measure::result::{LeftOut, Pinning, ResultWriter, Section};
use origin::Choice;
use profile::bill::Sheet;
use render::bills::reading::paragraphs;
use render::verdict::texts;
use runner::sections::CONCURRENCY;
use runner::skipped::take_out;
use runner::{InterleavedOptions, Outcome, Plan, default_pinning, sections};
use workload::{Cell, Concurrency, Path, Requests};

use super::axis_args::AxisArgs;
use super::cells::Cells;
use super::compress::Compress;
use crate::failure::{Failure, INTERRUPTED, INVALID_TRIAL};
use crate::profiling::{profiler, profiler::Profiler, sheet};
use crate::program::{command, embedded_program};
use crate::progress::{self, Progress};
use crate::show::{screen, write, write_json};
use crate::{folder, interrupt};

/// The cells of a profile without arguments: what TLS adds, with two libraries.
const TELLING: [&str; 3] = [
    "tokio-current/hyper/plain/new-conn",
    "tokio-current/hyper/rustls/new-conn",
    "tokio-current/hyper/native-tls/new-conn",
];

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    cells: Cells,
    #[command(flatten)]
    axes: AxisArgs,

    /// Requests of each trial [default: enough for 1 to 4 s of CPU time]
    #[arg(short = 'n', long, value_name = "N", help_heading = "Workload")]
    requests: Option<Requests>,
    /// Requests in flight at most
    #[arg(short, long, value_name = "C", default_value_t = CONCURRENCY, help_heading = "Workload")]
    concurrency: Concurrency,
    /// What is fetched [default: /get]
    #[arg(long, value_name = "PATH", help_heading = "Workload")]
    path: Option<Path>,
    /// The server to fetch from: auto, go-httpbin, embedded
    #[arg(long, value_name = "WHICH", default_value_t = Choice::Auto, help_heading = "Workload")]
    origin: Choice,

    /// Worker threads of models that have a choice [default: the client's CPUs, 2 at least]
    #[arg(long, value_name = "W", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Measurement")]
    workers: Option<u16>,

    /// Create this result folder [default: results/local/TIME]
    #[arg(short, long, value_name = "DIR", help_heading = "Output")]
    out: Option<PathBuf>,
    #[command(flatten)]
    compress: Compress,
    /// The verdict and the bills as JSON
    #[arg(long, help_heading = "Output")]
    json: bool,
    /// With details: what TLS adds, class by class, in words
    #[arg(short, long, help_heading = "Output")]
    verbose: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let chosen = chosen(args)?;
    profiler::permitted()?;
    let path = args.path.clone().unwrap_or_else(Path::get);
    let mut sections = sections::profile::sections(&chosen, args.requests, args.concurrency, &path);
    let left_out = take_out(&mut sections, Vec::new())?;
    progress::left_out(&left_out);
    let plan = plan(args, sections, left_out)?;
    let place = folder::Place::of(args.out.as_deref())?;
    let dir = place.path();
    let trials = plan.run.sections.iter().map(|section| section.cells.len() as u64).sum();
    let mut progress = Progress::new(trials);
    let mut profiler = Profiler::new(dir, spare_cpus(&plan.run.pinning), progress.bar());
    let outcome = runner::run_probed(plan, |run| ResultWriter::create(dir, run), &mut progress, &mut profiler);
    progress.finish();
    let outcome = outcome?;
    let sheet = sheet::write(dir, &profiler.finish()?, &chosen)?;
    let compressed = args.compress.ended(dir, outcome.interrupted);
    match print(args, &sheet, dir) {
        Err(failure) if !failure.is_closed_pipe() => Err(failure),
        _ => compressed.map(|()| code(&outcome)),
    }
}

fn chosen(args: &Args) -> Result<Vec<Cell>, Failure> {
    let candidates = args.cells.candidates();
    let chosen = match args.cells.is_empty() {
        true => candidates.into_iter().filter(|cell| TELLING.contains(&cell.to_string().as_str())).collect(),
        false => args.cells.choose(&candidates)?,
    };
    Ok(args.cells.axes(&args.axes)?.of(&chosen))
}

fn plan(args: &Args, sections: Vec<Section>, left_out: Vec<LeftOut>) -> Result<Plan, Failure> {
    let options = InterleavedOptions {
        arms: Vec::new(),
        sections,
        left_out,
        origin: args.origin,
        pinning: default_pinning(),
        workers: args.workers.map(usize::from),
        seed: None,
        command: command(),
        program: embedded_program()?,
        interrupt: interrupt::flag()?,
    };
    Ok(options.plan(&mut |line| terminal::say(line))?)
}

/// CPUs for the observing threads: those of the origin, unless the client uses them too.
fn spare_cpus(pinning: &Pinning) -> Vec<usize> {
    if pinning.is_split() { pinning.origin.clone() } else { Vec::new() }
}

fn print(args: &Args, sheet: &Sheet, dir: &FilePath) -> Result<(), Failure> {
    if args.json {
        let mut json = serde_json::to_value(sheet)?;
        json["verdict"] = texts(&of_sheet(sheet)).into();
        return write_json(&format!("{json:#}\n"));
    }
    if sheet.cells.is_empty() {
        return write(&format!("no trial counts: no picture and no bill\n\nResults: {}\n", dir.display()));
    }
    let screen = screen(args.verbose);
    let disagrees = |cell: &profile::bill::CellBill| cell.bill.coverage.is_some_and(|coverage| !coverage.agrees);
    let told = match sheet.cells.iter().any(disagrees) {
        false => "No sample covers blocked time: the last row shows it.",
        true => {
            "Where samples and CPU clock do not agree (✗), more is missing than sampling explains: hold classes \
             against each other there, not against the clock. No sample covers blocked time: the last row shows it."
        }
    };
    let read_aloud: String = match args.verbose {
        true => paragraphs(sheet).iter().map(|told| format!("{}\n\n", screen.prose(told))).collect(),
        false => String::new(),
    };
    write(&format!(
        "{}{}\n\n{read_aloud}{}\nFlamegraphs, stacks and bills: {}\n",
        screen.verdict(&texts(&of_sheet(sheet))),
        render::bills::table::draw(sheet, screen.width),
        screen.prose(told),
        dir.display()
    ))
}

fn code(outcome: &Outcome) -> ExitCode {
    match outcome {
        Outcome { interrupted: true, .. } => ExitCode::from(INTERRUPTED),
        Outcome { invalid: 1.., .. } => ExitCode::from(INVALID_TRIAL),
        Outcome { .. } => ExitCode::SUCCESS,
    }
}
