//! `tlstax talk`: the talk's stages, published beside measured.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use analysis::verdict::of_talk;
use measure::result::{ResultWriter, RunResult, Section, TrialOrder};
use origin::Choice;
use params::TlsVersion;
use render::verdict::text;
use runner::{Choices, OriginSpec, Pins, Plan, default_pinning, sections};

use super::compress::Compress;
use crate::failure::{EXPECTATION, Failure, INTERRUPTED, INVALID_TRIAL};
use crate::program::{command, embedded_program};
use crate::progress::Progress;
use crate::show::{screen, write, write_json};
use crate::stages::python::Original;
use crate::stages::{drawing, model, observer, python, table, trust};
use crate::{folder, interrupt};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Scale the talk's service time of one second by this factor
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = scale)]
    scale: f64,
    /// Run every stage with every number of requests, up to a thousand, and with every installed Python
    #[arg(long)]
    all: bool,
    /// Draw a lane per request
    #[arg(long)]
    lanes: bool,
    /// Skip the Python original
    #[arg(long)]
    rust_only: bool,
    /// Create this result folder [default: results/local/TIME]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    compress: Compress,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// With details: blocking waits by request, the slides' model, what loading trust stores and a step cost
    #[arg(short, long)]
    verbose: bool,
}

/// The part of the other stages' delay that the stages whose waits are counted have: how long they wait changes no
/// count.
const COUNTED_PART: f64 = 0.2;

/// Their shortest delay, in seconds. With a shorter one, what a busy machine adds to ten requests may look like ten
/// requests one by one.
const COUNTED_LEAST: f64 = 0.1;

/// Where those stages' results go, in the result folder.
const COUNTED: &str = "tls12";

fn scale(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(scale) if (0.01..=9.0).contains(&scale) => Ok(scale),
        _ => Err("give a number from 0.01 to 9: the origin waits for at most ten seconds".to_owned()),
    }
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let place = folder::Place::of(args.out.as_deref())?;
    let dir = place.path();
    let original = if args.rust_only { Original::default() } else { python::original(args.all) };
    let sections = sections::talk::sections(args.scale, args.all, &original.cells);
    let interrupted = measure(sections, dir, Pins::default(), original)?;
    args.compress.ended(dir, interrupted)?;
    let counted = sections::talk::counted((args.scale * COUNTED_PART).max(COUNTED_LEAST));
    let pins = Pins { tls_version: TlsVersion::Tls12, ..Pins::default() };
    let interrupted = interrupted || measure(vec![counted], &dir.join(COUNTED), pins, Original::default())?;
    if dir.join(COUNTED).is_dir() {
        args.compress.ended(&dir.join(COUNTED), interrupted)?;
    }
    show(args, dir, interrupted)
}

/// Runs the sections; whether it was interrupted.
fn measure(sections: Vec<Section>, dir: &Path, pins: Pins, original: Original) -> Result<bool, Failure> {
    measure::process::raise_open_files().map_err(|error| Failure::Usage(error.to_string()))?;
    let program = embedded_program()?;
    let interrupt = interrupt::flag()?;
    let (kind, why) = origin::choose(Choice::Auto, program.clone(), &mut |line| terminal::say(line), &interrupt)?;
    let trials = sections.iter().map(|section| section.cells.len() as u64).sum();
    let plan = Plan::of(Choices {
        arms: Vec::new(),
        sections,
        left_out: original.left_out,
        scenario: None,
        order: TrialOrder::Interleaved,
        origin: OriginSpec::Ours(kind),
        why,
        pins,
        pinning: default_pinning(),
        // The talk's executor has one thread; stages with more say so in their names.
        workers: Some(1),
        seed: None,
        command: command(),
        program,
        external_engines: original.engines,
        interrupt,
    });
    // The files of the original stay until its last trial.
    let _files = original.files;
    let mut progress = Progress::new(trials);
    let outcome = runner::run(plan, |run| ResultWriter::create(dir, run), &mut progress);
    progress.finish();
    Ok(outcome?.interrupted)
}

fn show(args: &Args, dir: &Path, interrupted: bool) -> Result<ExitCode, Failure> {
    let result = RunResult::read(dir)?;
    for problem in &result.problems {
        terminal::say(format_args!("tlstax: {problem}"));
    }
    let outcomes = table::outcomes(&result);
    let beside = match dir.join(COUNTED) {
        counted if counted.is_dir() => Some(RunResult::read(&counted)?),
        _ => None,
    };
    let counted = beside.as_ref().map_or_else(Vec::new, table::outcomes);
    let verdict = text(&of_talk(&result, &beside.iter().collect::<Vec<_>>()));
    let wrong: Vec<String> = table::wrong(&outcomes).into_iter().chain(table::wrong(&counted)).collect();
    if args.json {
        let json = serde_json::json!({ "verdict": verdict, "run": result.run, "stages": outcomes, "tls12": counted, "model": model::prediction(&result),
            "trust_store": trust::costs(), "step_ns": observer::step_ns(), "wrong": wrong });
        write_json(&format!("{json:#}\n"))?;
    } else {
        let screen = screen(args.verbose);
        write(&screen.verdict(&[verdict]))?;
        if args.lanes {
            write(&format!("{}\n\n", drawing::legend()))?;
            for trial in &result.trials {
                if let Some(lanes) = drawing::draw(trial) {
                    write(&format!("{lanes}\n"))?;
                }
            }
        }
        write(&format!("{}\n", table::draw(&outcomes, &screen)))?;
        let mut beneath: Vec<String> = wrong.iter().map(|line| format!("NOT as expected: {line}")).collect();
        beneath.extend(result.run.left_out.iter().map(|left| format!("left out: {}: {}", left.what, left.why)));
        if args.verbose {
            beneath.extend(waits(&counted));
            beneath.extend(model::prediction(&result).map(|prediction| model::line(&prediction)));
            beneath.push(trust::line(&trust::costs()));
            let step = observer::step_ns();
            beneath.push(format!("Noting a step of a request costs {step:.0} ns; a request has 10 to 20"));
        }
        for line in beneath {
            write(&format!("{}\n", screen.prose(&line)))?;
        }
        write(&format!(
            "\nResults: {}\nNext: tlstax report {} (the lanes as pictures)\n",
            dir.display(),
            dir.display()
        ))?;
    }
    let invalid = result.trials.iter().any(|trial| !trial.counts());
    Ok(match (interrupted, invalid, wrong.is_empty()) {
        (true, ..) => ExitCode::from(INTERRUPTED),
        (false, true, _) => ExitCode::from(INVALID_TRIAL),
        (false, false, false) => ExitCode::from(EXPECTATION),
        (false, false, true) => ExitCode::SUCCESS,
    })
}

/// How often each request held the thread, over TLS 1.2.
fn waits(counted: &[table::Outcome]) -> Option<String> {
    let told = counted.iter().filter_map(|outcome| Some((outcome, outcome.traits.as_ref()?)));
    let words: Vec<String> = told
        .map(|(outcome, traits)| {
            format!("{} {:.1}", outcome.cell.trim_end_matches("/rustls/new-conn"), traits.holds_per_request)
        })
        .collect();
    (!words.is_empty()).then(|| format!("Blocking waits per request over TLS 1.2: {}", words.join(", ")))
}
