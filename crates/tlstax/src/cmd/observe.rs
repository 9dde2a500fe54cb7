//! `tlstax observe`: what a program of any language does with its HTTPS connections, and what to change.

use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use diagnosis::{Code, Diagnosis, diagnose};
use observation::{FORMAT, Observation, ObserveMode};
use observer::{Interrupts, Mapping, has_placeholder};
use terminal::{say, say_text};

use crate::failure::{EXPECTATION, Failure};
use crate::observing::{self, Observed, Way};
use crate::show::write_json;

/// Starts COMMAND as it is, sees what it does with its connections, and says what to change. The command's output
/// passes through, its exit code is kept; what was found is written to standard error.
#[derive(clap::Args)]
#[command(after_help = "\
With {url}, {http} or {https} in it the command runs twice against tlstax's own servers, over HTTP and over HTTPS; it \
finds their CA in SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, NODE_EXTRA_CA_CERTS and their like. Without, it \
runs once, against its own servers, through a proxy on loopback (HTTPS_PROXY) that decrypts nothing.

  tlstax observe python3 fetch.py {url}/get
  tlstax observe -o page ./my-program")]
pub(crate) struct Args {
    /// url: against tlstax's servers; proxy: against its own [default: url where the command holds {url}, {http} or
    /// {https}]
    #[arg(long, value_name = "WAY", value_parser = ["url", "proxy"])]
    via: Option<String>,
    /// How long tlstax's servers take for each response, s (url)
    #[arg(long, value_name = "S", default_value_t = 0.2, value_parser = delay)]
    delay: f64,
    /// Connect to this address instead of resolving the host (proxy): api.test=127.0.0.1:8443
    #[arg(long = "map", value_name = "NAME=ADDRESS:PORT")]
    mappings: Vec<String>,
    /// Let the command connect to this host though it is link-local or a cloud's metadata service (proxy)
    #[arg(long, value_name = "HOST")]
    allow_host: Vec<String>,
    /// End the command and all its child processes after this many seconds
    #[arg(long, value_name = "S", value_parser = timeout)]
    timeout: Option<f64>,
    /// Requests in flight to assume when predicting what sequential requests would take concurrently
    #[arg(long, value_name = "N", default_value_t = diagnosis::AT_A_TIME, value_parser = clap::value_parser!(u64).range(2..=10_000))]
    concurrency: u64,
    /// Don't sample the command's stacks, which tells how often it loads its trust store
    #[arg(long)]
    no_sampling: bool,

    /// Exit with 1 where one of these is found, or can't be judged, e.g. serialized,no-reuse
    #[arg(long, value_name = "FINDING,…", value_delimiter = ',', help_heading = "Output")]
    fail_on: Vec<Code>,
    /// Write the page and the data to this folder
    #[arg(short, long, value_name = "DIR", help_heading = "Output")]
    out: Option<PathBuf>,
    /// As JSON, to a file, or after the command's own output as the last line of standard output
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, help_heading = "Output")]
    json: Option<Option<PathBuf>>,

    /// own: advice for the languages and tools that the command was recognised as; all: for any
    #[arg(long, value_name = "WHOSE", value_parser = ["own", "all"], default_value = "own", help_heading = "Output")]
    advice: String,

    /// The command and its arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

fn delay(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=10.0).contains(&seconds) => Ok(seconds),
        _ => Err("give a number of seconds from 0 to 10".to_owned()),
    }
}

fn timeout(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 1e6 => Ok(seconds),
        _ => Err("give a number of seconds above 0".to_owned()),
    }
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    if args.command.is_empty() {
        return Err(Failure::Usage(
            "give the command to observe. Against tlstax's own servers, over HTTP and over HTTPS:\n  \
             tlstax observe python3 fetch.py {url}/get\nagainst its own servers:\n  tlstax observe ./my-program"
                .to_owned(),
        ));
    }
    let mut interrupts = Interrupts::listen()?;
    let way = way(args)?;
    let places = Places::open(args)?;
    let began = jiff::Timestamp::now().to_string();
    let asked = observing::Asked {
        command: &args.command,
        timeout: args.timeout.map(Duration::from_secs_f64),
        sample: !args.no_sampling,
    };
    let (via, service_ns) = match &way {
        Way::Url { service } => (ObserveMode::Url, Some(u64::try_from(service.as_nanos()).unwrap_or(u64::MAX))),
        Way::Proxy { .. } => (ObserveMode::Proxy, None),
    };
    let Observed { passes, code } = observing::observe(&asked, way, &mut interrupts)?;
    let observation = Observation {
        format: FORMAT,
        tlstax: env!("CARGO_PKG_VERSION").to_owned(),
        began,
        command: args.command.iter().map(|word| word.to_string_lossy().into_owned()).collect(),
        via,
        service_ns,
        passes,
    };
    // From here on an interruption ends this program, as it does any other.
    drop(interrupts);
    let diagnosis = diagnose(&observation, args.concurrency);
    let told = tell(places, &observation, &diagnosis, args.advice == "all");
    if let Err(failure) = told {
        // What the command ended with says more than that its picture was lost.
        return if code == 0 {
            Err(failure)
        } else {
            failure.report();
            Ok(ExitCode::from(code))
        };
    }
    let fails = is_unmet(&args.fail_on, &diagnosis);
    Ok(if code == 0 && fails { ExitCode::from(EXPECTATION) } else { ExitCode::from(code) })
}

/// Whether anything of `fail_on` was found, or could not be judged, which is said: silence must not pass for a pass.
fn is_unmet(fail_on: &[Code], diagnosis: &Diagnosis) -> bool {
    let not_judged: Vec<_> = diagnosis.not_judged.iter().filter(|one| fail_on.contains(&one.code)).collect();
    for one in &not_judged {
        say(format_args!("tlstax observe: --fail-on {} could not be judged: {}", one.code, one.why));
    }
    !not_judged.is_empty() || diagnosis.findings.iter().any(|finding| fail_on.contains(&finding.code))
}

fn way(args: &Args) -> Result<Way, Failure> {
    let by_url = match args.via.as_deref() {
        Some(way) => way == "url",
        None => has_placeholder(&args.command),
    };
    if by_url {
        if !args.mappings.is_empty() || !args.allow_host.is_empty() {
            let reason = "--map and --allow-host are for a command that is observed by the proxy: take {url} out, or \
                          --via proxy";
            return Err(Failure::Usage(reason.to_owned()));
        }
        return Ok(Way::Url { service: Duration::from_secs_f64(args.delay) });
    }
    let mappings: Result<Vec<Mapping>, _> = args.mappings.iter().map(|text| text.parse()).collect();
    Ok(Way::Proxy { mappings: mappings?, allowed: args.allow_host.iter().cloned().collect() })
}

/// Where what was seen goes, opened before the command runs: it may run for long, and once only.
struct Places<'a> {
    dir: Option<&'a Path>,
    json: Json,
}

enum Json {
    No,
    /// The last line of standard output.
    Output,
    File(File),
}

impl<'a> Places<'a> {
    fn open(args: &'a Args) -> Result<Places<'a>, Failure> {
        let dir = args.out.as_deref();
        if let Some(dir) = dir {
            std::fs::create_dir_all(dir).map_err(Failure::folder(dir))?;
        }
        let json = match &args.json {
            None => Json::No,
            Some(None) => Json::Output,
            Some(Some(path)) => Json::File(File::create(path).map_err(Failure::file("writing", path))?),
        };
        Ok(Places { dir, json })
    }
}

/// Shows it: to people on standard error, to machines where they asked.
fn tell(places: Places<'_>, observation: &Observation, diagnosis: &Diagnosis, all_advice: bool) -> Result<(), Failure> {
    let json = || -> Result<String, Failure> {
        Ok(format!("{}\n", serde_json::json!({ "observation": observation, "diagnosis": diagnosis })))
    };
    match places.json {
        // A command may leave its last line open.
        Json::Output => write_json(&format!("\n{}", json()?))?,
        Json::File(mut file) => {
            print(observation, diagnosis, all_advice);
            file.write_all(json()?.as_bytes()).map_err(Failure::io("writing the JSON"))?;
        }
        Json::No => print(observation, diagnosis, all_advice),
    }
    if let Some(dir) = places.dir {
        observation.write(dir)?;
        let file = dir.join("diagnosis.json");
        std::fs::write(&file, serde_json::to_vec_pretty(diagnosis)?).map_err(Failure::file("writing", &file))?;
        let page = render::observed::page::write(dir, observation, diagnosis)?;
        say(format_args!("Page: {}", page.display()));
    }
    Ok(())
}

fn print(observation: &Observation, diagnosis: &Diagnosis, all_advice: bool) {
    let width = terminal_size::terminal_size_of(std::io::stderr()).map(|(width, _)| width.0);
    let text = render::observed::terminal::draw(observation, diagnosis, width, true, all_advice);
    say_text(&format!("\n{text}"));
}
