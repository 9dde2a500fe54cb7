//! `tlstax cmp`: compares two runs, the arms of one, or two cells of one.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use analysis::comparison::gate::Outcome;
use analysis::comparison::metric::Metric;
use analysis::comparison::subject::Subject;
use analysis::comparison::{CompareOptions, Comparison, compare};
use analysis::verdict::of_comparison;
use clap::ValueEnum;
use measure::result::{Arm, RunResult};
use render::comparison::{columns, table};
use render::verdict::text;
use workload::{Cell, Selection};

use super::cells::Cells;
use super::exec::Exec;
use crate::failure::{BAD_INPUT, EXPECTATION, Failure, INTERRUPTED, INVALID_TRIAL};
use crate::folder;
use crate::show::{Form, screen, write, write_json};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The baseline: a result folder, a cell or a program; or, without NEW, the folder of a paired run
    base: Option<String>,
    /// What may have changed: a result folder, a cell or a program
    new: Option<String>,
    /// Only cells with these components in their names, or with whole names (`tokio-current rustls new-conn`)
    words: Vec<String>,
    #[command(flatten)]
    shape: Shape,
    /// The run that both cells belong to [default: the latest run in this folder]
    #[arg(long = "in", value_name = "DIR", conflicts_with = "exec")]
    run: Option<PathBuf>,
    #[command(flatten)]
    exec: Exec,
}

/// The options of any comparison, and its output.
#[derive(clap::Args)]
pub(crate) struct Shape {
    /// Only cells whose whole name matches this regular expression; may be repeated
    #[arg(short, long = "filter", value_name = "REGEX")]
    filter: Vec<String>,
    /// The figure to compare
    #[arg(long, value_enum, default_value = "cpu")]
    metric: Which,
    /// Exit with 1 if a figure is worse by more than this percentage, with 2 if there are too few rounds to tell
    #[arg(long, value_name = "PCT", value_parser = percent, allow_hyphen_values = true)]
    fail_above: Option<f64>,
    /// Compare runs that differ in workload, origin, handshake, CPUs or machine too, and name the differences
    #[arg(long)]
    anyway: bool,
    /// As JSON, with everything that is known
    #[arg(long)]
    json: bool,
    /// As CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

impl Shape {
    /// The options for the comparison at the end of a run.
    pub(crate) fn headline(form: Form) -> Shape {
        let (json, csv) = (form == Form::Json, form == Form::Csv);
        Shape { filter: Vec::new(), metric: Which::Cpu, fail_above: None, anyway: false, json, csv }
    }
}

/// A figure, or all of them.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Which {
    /// Client CPU per request
    Cpu,
    /// Requests per second
    Rate,
    /// Median latency
    P50,
    /// 99th percentile of latency
    P99,
    /// Peak resident memory
    Rss,
    /// Every one
    All,
}

impl Which {
    fn metrics(self) -> Vec<Metric> {
        match self {
            Which::Cpu => vec![Metric::Cpu],
            Which::Rate => vec![Metric::Rate],
            Which::P50 => vec![Metric::P50],
            Which::P99 => vec![Metric::P99],
            Which::Rss => vec![Metric::Rss],
            Which::All => Metric::ALL.to_vec(),
        }
    }
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().map_err(|error| error.to_string())?;
    match number.is_finite() && number >= 0.0 {
        true => Ok(number),
        false => Err("a percentage from 0 on is needed, e.g. 5".to_owned()),
    }
}

/// The subject of the comparison, read from its files.
enum Compared {
    /// Two runs, from these folders.
    Runs(Box<Read>, Box<Read>),
    /// The arms of one.
    Arms(Box<Read>),
    /// Two cells of one.
    Cells(Box<Read>, Cell, Cell),
}

/// A run and its folder.
struct Read {
    dir: PathBuf,
    run: RunResult,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    if args.exec.exec {
        return exec(args);
    }
    args.exec.refuse_flags()?;
    let (compared, words) = operands(args)?;
    match &compared {
        Compared::Runs(base, new) => {
            let subject = Subject::Runs { base: &base.run, new: &new.run };
            finish(&subject, [base.dir.display().to_string(), new.dir.display().to_string()], &words, &args.shape)
        }
        Compared::Arms(read) => arms(&read.run, &words, &args.shape),
        Compared::Cells(read, base, new) => {
            let subject = Subject::Cells { run: &read.run, base, new };
            finish(&subject, [base.to_string(), new.to_string()], &words, &args.shape)
        }
    }
}

/// Runs two programs in turns, and compares them.
fn exec(args: &Args) -> Result<ExitCode, Failure> {
    let (Some(base), Some(new)) = (&args.base, &args.new) else {
        return Err(Failure::Usage("--exec compares two builds of tlstax: name both".to_owned()));
    };
    let cells = Cells { words: args.words.clone(), filter: args.shape.filter.clone() };
    let (dir, run, outcome) = args.exec.measure(Path::new(base), Path::new(new), &cells)?;
    terminal::say(format_args!("results: {}", dir.display()));
    if outcome.interrupted {
        terminal::say(format_args!("interrupted: `tlstax cmp {}` compares what was measured", dir.display()));
        return Ok(ExitCode::from(INTERRUPTED));
    }
    let code = arms(&run, &args.words, &args.shape)?;
    Ok(if code == ExitCode::SUCCESS && outcome.invalid > 0 { ExitCode::from(INVALID_TRIAL) } else { code })
}

/// Compares the arms of a paired run.
pub(crate) fn arms(run: &RunResult, words: &[String], shape: &Shape) -> Result<ExitCode, Failure> {
    let name = |arm: Arm| {
        let info = run.run.arms.iter().find(|info| info.arm == arm);
        info.map_or_else(|| arm.to_string(), |info| format!("{arm}: {}", info.program))
    };
    finish(&Subject::Arms(run), [name(Arm::Base), name(Arm::New)], words, shape)
}

/// Compares, prints, and returns the exit code.
fn finish(subject: &Subject<'_>, names: [String; 2], words: &[String], shape: &Shape) -> Result<ExitCode, Failure> {
    for problem in subject.problems() {
        terminal::say(format_args!("tlstax: {problem}"));
    }
    let [base, new] = names;
    let common = subject.cells();
    // If there is no common cell, the error lists the cells of both sides.
    let cells = match common.is_empty() {
        true => common,
        false => Selection::new(words, &shape.filter)?.choose(&common)?,
    };
    let metrics = shape.metric.metrics();
    let asked = CompareOptions { base, new, cells, metrics, fail_above: shape.fail_above, anyway: shape.anyway };
    let comparison = compare(subject, &asked)?;
    print(&comparison, shape)?;
    Ok(code(&comparison))
}

fn print(comparison: &Comparison, shape: &Shape) -> Result<(), Failure> {
    let form = match (shape.json, shape.csv) {
        (true, _) => Form::Json,
        (_, true) => Form::Csv,
        _ => Form::Tables,
    };
    if form == Form::Csv && !comparison.anyway.is_empty() {
        terminal::say(format_args!("tlstax: not comparable, compared all the same"));
    }
    match form {
        Form::Json => {
            let mut json = serde_json::to_value(comparison)?;
            json["verdict"] = text(&of_comparison(comparison)).into();
            write_json(&format!("{json:#}\n"))
        }
        Form::Csv => {
            let text = columns::csv(comparison);
            write(&text.map_err(|error| Failure::Usage(format!("writing CSV failed: {error}")))?)
        }
        Form::Tables | Form::Markdown => write(&format!("{}\n", table::draw(comparison, &screen(false)))),
    }
}

/// A gate that could not have failed must not pass.
fn code(comparison: &Comparison) -> ExitCode {
    match comparison.gate.as_ref().map(|gate| gate.outcome) {
        None | Some(Outcome::Passed) => ExitCode::SUCCESS,
        Some(Outcome::Failed) => ExitCode::from(EXPECTATION),
        Some(Outcome::Undecided) => {
            let undecided = comparison.gate.iter().flat_map(|gate| &gate.undecided);
            // Rows that can never be judged are not named as the cause, unless there is no other.
            let (by_nature, causes): (Vec<_>, Vec<_>) = undecided.partition(|undecided| undecided.by_nature);
            let causes = if causes.is_empty() { by_nature } else { causes };
            let reasons: Vec<&str> = causes.into_iter().map(|undecided| undecided.reason.as_str()).collect();
            terminal::say(format_args!("tlstax: --fail-above could not be decided: {}", reasons.join("; ")));
            ExitCode::from(BAD_INPUT)
        }
    }
}

/// The subject that the operands name, and the operands that are words to choose cells.
fn operands(args: &Args) -> Result<(Compared, Vec<String>), Failure> {
    let usage = |text: String| Failure::Usage(text);
    let Some(first) = &args.base else {
        return Err(usage(
            "name what to compare: two result folders, two cells of a run, or a paired run's folder".to_owned(),
        ));
    };
    let words = args.words.clone();
    if let (Ok(base), false) = (first.parse::<Cell>(), Path::new(first).exists()) {
        return Ok((cells(args, base)?, words));
    }
    if args.run.is_some() {
        return Err(usage(format!("--in is for two cells of a run, and {first:?} is none")));
    }
    if let Some(second) = args.new.as_deref().filter(|second| is_folder(second)) {
        return runs(Path::new(first), Path::new(second), words);
    }
    let base = read(Path::new(first))?;
    match &args.new {
        second if !base.run.run.arms.is_empty() => {
            Ok((Compared::Arms(base), second.iter().chain(&words).cloned().collect()))
        }
        None => Err(usage(format!("{first} is no paired run: name another folder to hold against it"))),
        Some(second) => Err(usage(format!(
            "{second:?} is no result folder; two cells of one run are compared by `tlstax cmp CELL CELL --in {first}`"
        ))),
    }
}

/// Two ordinary runs. Reading them takes most of the time, so both are read at once.
fn runs(base: &Path, new: &Path, words: Vec<String>) -> Result<(Compared, Vec<String>), Failure> {
    let (base, new) = rayon::join(|| read(base), || read(new));
    let (base, new) = (base?, new?);
    if let Some(paired) = [&base, &new].into_iter().find(|read| !read.run.run.arms.is_empty()) {
        let dir = paired.dir.display();
        return Err(Failure::Usage(format!(
            "{dir} is a paired run, which holds both sides: `tlstax cmp {dir}` compares them"
        )));
    }
    Ok((Compared::Runs(base, new), words))
}

fn cells(args: &Args, base: Cell) -> Result<Compared, Failure> {
    let usage = |text: String| Failure::Usage(text);
    let Some(second) = &args.new else {
        return Err(usage(format!("{base} is a cell: name another to hold against it")));
    };
    if !args.words.is_empty() || !args.shape.filter.is_empty() {
        return Err(usage("two cells are the whole choice: no words or patterns go with them".to_owned()));
    }
    let new: Cell = second.parse().map_err(|error: workload::CellError| usage(error.to_string()))?;
    if new == base {
        return Err(usage(format!("both sides are {base}: name two different cells")));
    }
    let run = read(&args.run.clone().map_or_else(folder::latest, Ok)?)?;
    if !run.run.run.arms.is_empty() {
        let dir = run.dir.display();
        return Err(usage(format!("{dir} is a paired run: `tlstax cmp {dir}` compares its arms, cell by cell")));
    }
    Ok(Compared::Cells(run, base, new))
}

/// Whether it names a folder: a word of a cell's name may happen to be the name of a folder, too.
fn is_folder(operand: &str) -> bool {
    let path = Path::new(operand);
    path.join("run.json").exists() || (path.is_dir() && operand.contains('/'))
}

fn read(dir: &Path) -> Result<Box<Read>, Failure> {
    Ok(Box::new(Read { dir: dir.to_owned(), run: RunResult::read(dir)? }))
}
