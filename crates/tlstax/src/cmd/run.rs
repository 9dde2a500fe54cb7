//! `tlstax run`: measures cells, and prints the results.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use analysis::report_data::ReportData;
use measure::result::{LeftOut, ResultWriter, RunResult, Section, TrialOrder};
use origin::Choice;
use render::files::{PAGE, files};
use render::folder as page_folder;
use runner::sections::profile::with_twins;
use runner::sections::{WorkloadOptions, add_floors, by_connection, everything, scenario, telling};
use runner::skipped::take_out;
use runner::{
    ArmProgram, Choices, ExternalEngine, ExternalEngines, LoadConsent, OriginSpec, Outcome, PAIRED_ROUNDS, Pins, Plan,
    RequestBody, Verification,
};
use workload::{About, Cell, RequestSpec, Scenario, catalog};

use super::axis_args::AxisArgs;
use super::cells::Cells;
use super::cmp;
use super::compress::Compress;
use super::measurement_args::MeasurementArgs;
use super::output_args::OutputArgs;
use super::request_args::RequestArgs;
use super::verification_args::VerificationArgs;
use super::workload_args::WorkloadArgs;
use crate::failure::{Failure, INTERRUPTED, INVALID_TRIAL};
use crate::program::{command, embedded_program};
use crate::progress::{self, Progress};
use crate::show::{Form, print, write};
use crate::{folder, interrupt};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    cells: Cells,
    /// Measure every cell of the matrix: all models and clients, over plain HTTP, rustls and native-tls, with new and
    /// kept connections
    #[arg(long)]
    all: bool,
    /// A workload with a name and a reason: many-hosts-once, one-host-often, post-quantum, client-per-request,
    /// resumption, far-away, big-body, as-shipped, or a TOML file of your own
    #[arg(long, value_name = "NAME|FILE", conflicts_with_all = ["words", "filter", "all", "engine"])]
    scenario: Option<String>,

    #[command(flatten)]
    workload: WorkloadArgs,
    /// The server to fetch from: auto, go-httpbin, embedded, or a URL (without a ledger nothing is proved or compared)
    #[arg(long, value_name = "WHICH", default_value_t = OriginSpec::Ours(Choice::Auto), help_heading = "Workload")]
    origin: OriginSpec,
    /// Allow a URL off this machine; -n and -c must be given then
    #[arg(long, help_heading = "Workload")]
    i_may_load_this_host: bool,
    #[command(flatten)]
    verification: VerificationArgs,
    #[command(flatten)]
    request: RequestArgs,

    #[command(flatten)]
    axes: AxisArgs,
    /// Measure the floors too: handshakes in memory, their primitives, and bare system calls. Runs without words and
    /// scenarios always do
    #[arg(long, help_heading = "Measurement")]
    floors: bool,

    /// Measure this program too: one that fetches {url} (engines/README.md names the other placeholders), or, without
    /// {url}, one that speaks the trial protocol; may be repeated
    #[arg(long, value_name = "COMMAND", help_heading = "Workload")]
    engine: Vec<String>,

    #[command(flatten)]
    pub(crate) measurement: MeasurementArgs,
    /// Run each cell twice per round and compare it with itself: any difference that is found is a false alarm
    #[arg(long, conflicts_with = "floors", help_heading = "Measurement")]
    aa: bool,

    /// Create this result folder [default: results/local/TIME]
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    compress: Compress,
    /// Continue an interrupted run, the one in --out or the latest in this folder, with its original arguments
    #[arg(long, help_heading = "Output")]
    pub(crate) resume: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Measures what the command line requests, from the first trial on.
pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let plan = decide(args, args.measurement.seed)?;
    let place = folder::Place::of(args.out.as_deref())?;
    let dir = place.path();
    let mut progress = Progress::new(plan.run.trials_due());
    let outcome = runner::run(plan, |run| ResultWriter::create(dir, run), &mut progress);
    progress.finish();
    print_outcome(args, &args.output, dir, &outcome?)
}

/// The plan that follows from the command line.
pub(crate) fn decide(args: &Args, seed: Option<u64>) -> Result<Plan, Failure> {
    let engines = ExternalEngines::read(&args.engine)?;
    let verification = args.verification.of(&args.origin)?;
    let (request, body) = args.request.of(&args.origin)?;
    if args.origin.wants_tls().is_some() && engines.by_name.values().any(|e| matches!(e, ExternalEngine::Command(_))) {
        let words =
            "only an origin's ledger can tell what a program did: a URL cannot be --origin for an --engine with {url}";
        return Err(Failure::Usage(words.to_owned()));
    }
    let scenario = args.scenario.as_deref().map(scenario::read).transpose()?;
    let mut sections = sections(args, scenario.as_ref(), &engines, request)?;
    if args.origin.is_ours() && !args.aa && (args.floors || scenario.is_some() || is_bare(args)) {
        sections.iter_mut().for_each(add_floors);
    }
    let left_out = take_out(&mut sections, engines.left_out.clone())?;
    progress::left_out(&left_out);
    let about = scenario.map(|scenario| scenario.about);
    plan(args, sections, left_out, about, engines, (verification, body), seed)
}

/// Prints the results of a run, and how to resume it if it was interrupted.
pub(crate) fn print_outcome(
    args: &Args,
    output: &OutputArgs,
    dir: &Path,
    outcome: &Outcome,
) -> Result<ExitCode, Failure> {
    let compressed = args.compress.ended(dir, outcome.interrupted);
    let result = RunResult::read(dir)?;
    let form = output.form();
    let printed = match args.aa {
        true => cmp::arms(&result, &[], &cmp::Shape::headline(form)).map(drop),
        false => print(&result, form, output.verbose),
    };
    let printed = printed.and_then(|()| match form {
        Form::Tables => write(&afterword(args, dir)),
        Form::Json | Form::Csv | Form::Markdown => Ok(()),
    });
    if let Some(page) = output.page.as_deref().filter(|_| !args.aa) {
        let data = ReportData::of(&result);
        page_folder::write(page, &files(&data)?)?;
        terminal::say(format_args!("page: {}", page.join(PAGE).display()));
    }
    if outcome.interrupted {
        terminal::say(format_args!("tlstax: interrupted; `{}` goes on from here", resume_command(dir)));
    }
    match printed {
        // If the reader has closed the pipe, the run's result does not change.
        Err(failure) if !failure.is_closed_pipe() => Err(failure),
        _ => compressed.map(|()| code(outcome)),
    }
}

/// The command that resumes the run in `dir`.
fn resume_command(dir: &Path) -> String {
    shell_words::join(["tlstax", "run", "--resume", "--out", &dir.to_string_lossy()])
}

fn code(outcome: &Outcome) -> ExitCode {
    match outcome {
        Outcome { interrupted: true, .. } => ExitCode::from(INTERRUPTED),
        Outcome { invalid: 1.., .. } => ExitCode::from(INVALID_TRIAL),
        Outcome { .. } => ExitCode::SUCCESS,
    }
}

fn sections(
    args: &Args,
    scenario: Option<&Scenario>,
    engines: &ExternalEngines,
    request: RequestSpec,
) -> Result<Vec<Section>, Failure> {
    let axes = args.cells.axes(&args.axes)?;
    if !args.origin.is_ours() && (scenario.is_some() || !axes.is_empty()) {
        return Err(Failure::Usage(
            "what a server of yours negotiates is its own: leave out --origin, or --scenario and the flags of TLS"
                .to_owned(),
        ));
    }
    let own_path = args.origin.path()?;
    let rounds = args.measurement.rounds.or(args.aa.then_some(PAIRED_ROUNDS));
    let options = WorkloadOptions { request, ..args.workload.options(own_path, rounds) };
    if let Some(scenario) = scenario {
        return Ok(placed(scenario::sections(scenario, &options), &axes));
    }
    let (mut cells, mut outside) = (args.cells.candidates(), engines.cells.clone());
    if let Some(wants_tls) = args.origin.wants_tls() {
        cells.retain(|cell| cell.is_tls() == wants_tls);
        outside.retain(|cell| cell.is_tls() == wants_tls);
    }
    let sections = match (args.all, args.cells.is_empty()) {
        (true, false) => Err(Failure::Usage("--all means every cell: leave out the words and -f, or --all".to_owned())),
        (true, true) => Ok([everything(&cells, &options), by_connection(&outside, &options)].concat()),
        (false, true) if args.engine.is_empty() => Ok(telling(&cells, &options)),
        (false, true) => Ok(by_connection(&outside, &options)),
        (_, _) => Ok(by_connection(&[chosen(args, &cells)?, outside].concat(), &options)),
    };
    Ok(placed(sections?, &axes))
}

/// The chosen cells. If words chose them, the plain twins of those over TLS are added: without these there is no tax. A
/// pattern or a whole name selects exactly its cells. If the origin delays responses, CPU time decides nothing, and no
/// twins are added.
fn chosen(args: &Args, candidates: &[Cell]) -> Result<Vec<Cell>, Failure> {
    let cells = args.cells.choose(candidates)?;
    let waits = args.workload.path.as_ref().is_some_and(|path| path.delay_seconds() > 0.0);
    let is_exact = !args.cells.filter.is_empty() || args.cells.words.iter().any(|word| word.matches('/').count() == 3);
    if !args.origin.is_ours() || args.aa || waits || is_exact {
        return Ok(cells);
    }
    let compares = |cell: &Cell| catalog::client_named(&cell.client).is_some_and(|client| client.terms.compares());
    let is_plain_only = |cell: &&Cell| !cell.is_tls() || !compares(cell) || fetch::refusal(cell).is_some();
    let (alone, taxed): (Vec<&Cell>, Vec<&Cell>) = cells.iter().partition(is_plain_only);
    let taxed: Vec<Cell> = taxed.into_iter().cloned().collect();
    let mut all = with_twins(&taxed);
    let missing = alone.into_iter().filter(|cell| !all.contains(cell)).cloned().collect::<Vec<_>>();
    all.extend(missing);
    Ok(all)
}

/// Whether no argument chooses cells.
fn is_bare(args: &Args) -> bool {
    !args.all && args.scenario.is_none() && args.cells.is_empty() && args.engine.is_empty()
}

/// The same sections, with their cells at every combination of values that the flags name.
fn placed(sections: Vec<Section>, axes: &AxisArgs) -> Vec<Section> {
    let at = |section: Section| Section {
        cells: axes.of(&section.cells),
        varies: [section.varies.clone(), axes.varied()].concat(),
        ..section
    };
    sections.into_iter().map(at).collect()
}

fn plan(
    args: &Args,
    sections: Vec<Section>,
    left_out: Vec<LeftOut>,
    scenario: Option<About>,
    engines: ExternalEngines,
    (verification, body): (Verification, Option<RequestBody>),
    seed: Option<u64>,
) -> Result<Plan, Failure> {
    let pinning = args.measurement.pinning(args.origin.is_ours())?;
    let embedded = embedded_program()?;
    let consent = LoadConsent { may_load: args.i_may_load_this_host, limited: args.workload.is_limited() };
    let (path, interrupt) = (args.workload.path.as_ref(), interrupt::flag()?);
    let (origin, why) =
        args.origin.find(path, consent, embedded.clone(), &mut |line| terminal::say(line), &interrupt)?;
    Ok(Plan::of(Choices {
        arms: if args.aa { ArmProgram::twice(&embedded.exe)? } else { Vec::new() },
        sections,
        left_out,
        scenario,
        order: TrialOrder::Interleaved,
        origin: origin.asked(verification, body),
        why,
        pins: Pins::default(),
        pinning,
        workers: args.measurement.workers(),
        seed,
        command: command(),
        program: embedded,
        external_engines: engines.by_name,
        interrupt,
    }))
}

fn afterword(args: &Args, dir: &Path) -> String {
    let mut text = format!("\nResults: {}\n", dir.display());
    if is_bare(args) && !args.aa {
        text.push_str(
            "Next: tlstax run --all --rounds 10 (every cell, with intervals) · tlstax list (what there is)\n",
        );
    }
    text
}
