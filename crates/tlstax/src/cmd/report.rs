//! `tlstax report`: a page, its charts and its data, from the files of a run; or the page of an observation.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use analysis::report_data::ReportData;
use diagnosis::diagnose;
use measure::result::RunResult;
use observation::Observation;
use render::bills;
use render::files::{PAGE, files};
use render::verdict::of_report;
use render::{folder as output, readme, splice};

use crate::failure::Failure;
use crate::folder;
use crate::show::{screen, write};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The result folder of a run or of `tlstax observe` [default: the latest run in this folder]
    dir: Option<PathBuf>,
    /// Write the report to this folder [default: `report` in the result folder]
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Update the marked parts of this text file from the run (finding, pictures, table, caveat; as-shipped; bill of a
    /// profiled run) instead of drawing a page
    #[arg(long, value_name = "FILE", conflicts_with = "out")]
    splice: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let dir = args.dir.clone().map_or_else(folder::latest, Ok)?;
    if dir.join(observation::FILE).exists() {
        return observed(args, &dir);
    }
    let result = RunResult::read(&dir)?;
    if !result.run.arms.is_empty() {
        let dir = dir.display();
        return Err(Failure::Usage(format!(
            "{dir} is a paired run, and has no page: `tlstax cmp {dir}` compares its arms"
        )));
    }
    let data = ReportData::of(&result).with_bills(bills::folder::read(&dir));
    for problem in data.problems() {
        terminal::say(format_args!("tlstax: {problem}"));
    }
    match &args.splice {
        Some(file) => splice_into(file, &data, &dir)?,
        None => {
            let out = args.out.clone().unwrap_or_else(|| dir.join("report"));
            output::write(&out, &files(&data)?)?;
            let verdict = screen(false).verdict(&of_report(&data));
            write(&format!("{verdict}Report: {}\n", out.join(PAGE).display()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes the page of an observation, with a diagnosis by this version.
fn observed(args: &Args, dir: &Path) -> Result<ExitCode, Failure> {
    if args.splice.is_some() {
        let reason = "--splice is for runs: an observation has no parts of a text";
        return Err(Failure::Usage(format!("{}: {reason}", dir.display())));
    }
    let observation = Observation::read(dir)?;
    let out = args.out.clone().unwrap_or_else(|| dir.join("report"));
    let page = render::observed::page::write(&out, &observation, &diagnose(&observation, diagnosis::AT_A_TIME))?;
    write(&format!("Report: {}\n", page.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// Splices the file, and writes its pictures beside it.
fn splice_into(file: &Path, data: &ReportData<'_>, dir: &Path) -> Result<(), Failure> {
    let text = std::fs::read_to_string(file).map_err(Failure::file("reading", file))?;
    let pictures = readme::pictures(data)?;
    let command = format!("tlstax report {} --splice {}", dir.display(), file.display());
    let mut folders = Vec::new();
    let spliced = splice::splice(&text, &readme::PARTS, &readme::writable(data), |part| {
        if readme::WITH_PICTURES.contains(&part.name) {
            folders.push(part.argument.to_owned());
        }
        readme::part(data, part, &command, &pictures)
    });
    let spliced = spliced.map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))?;
    let beside = file.parent().unwrap_or(Path::new("")).to_owned();
    for folder in folders {
        let folder = beside.join(folder);
        std::fs::create_dir_all(&folder).map_err(Failure::folder(&folder))?;
        for chart in &pictures {
            output::put(&folder, &format!("{}.svg", chart.id), chart.file().as_bytes())?;
        }
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let beside = if beside.as_os_str().is_empty() { PathBuf::from(".") } else { beside };
    output::put(&beside, &name, spliced.as_bytes())?;
    write(&format!("Spliced: {}\n", file.display()))
}
