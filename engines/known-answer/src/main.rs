//! An engine whose cost is known: each request burns X µs of CPU and sleeps Y ms, the fetch itself included.
//!
//! It speaks the trial protocol (docs/trial-protocol.md) and shows that tlstax reports X and Y. With `--add-us`, a
//! request costs this much more than its fetch, whose cost is as noisy as any: it shows whether tlstax finds a known
//! slowdown. With `--lie`, it breaks one rule of a trial, and shows that tlstax detects that.

mod client;
mod lie;

use std::io::{self, BufRead, Write};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::{Parser, Subcommand};
use measure::clock::{now_ns, own_cpu_ns};
use measure::phase::Timeline;
use measure::protocol::{EngineReply, EngineRequest, Finished, Job, Ready};
use measure::recorder::Recorder;
use workload::Workload;

use client::Client;
use lie::Lie;

#[derive(Parser)]
#[command(version)]
struct Cli {
    /// CPU of each request, µs
    #[arg(long, default_value_t = 0)]
    burn_us: u64,
    /// CPU that each request costs beside what the fetch itself does, µs
    #[arg(long, default_value_t = 0.0, conflicts_with = "burn_us")]
    add_us: f64,
    /// Sleep of each request, ms
    #[arg(long, default_value_t = 0)]
    sleep_ms: u64,
    /// The rule to break
    #[arg(long)]
    lie: Option<Lie>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run one trial: what it does without a command, too, said as builds of tlstax are told
    Engine,
    /// Be the embedded origin instead, so that a test needs no other program
    #[command(disable_help_flag = true)]
    ServeEmbedded {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        Some(Command::ServeEmbedded { args }) => serve_embedded(args.clone()),
        None | Some(Command::Engine) => trial(&cli),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "known-answer: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve_embedded(args: Vec<String>) -> io::Result<()> {
    let settings = origin::embedded::Settings::from_args(args.into_iter()).map_err(io::Error::other)?;
    origin::embedded::serve(settings).map_err(io::Error::other)
}

fn trial(cli: &Cli) -> io::Result<()> {
    let job = match hear()? {
        EngineRequest::Job(job) => job,
        EngineRequest::Go | EngineRequest::Report => return Err(io::Error::other("the harness must begin with a job")),
    };
    let mut client = Client::new(&job, cli.lie)?;
    // One request before the measurement opens kept connections and shows that the job can be done.
    if let Err(error) = client.get() {
        return say(&EngineReply::Failed(error.to_string()));
    }
    say(&ready(cli))?;
    hear()?;
    let (recorder, finished) = measured(cli, &job, &mut client)?;
    say(&EngineReply::Finished(finished))?;
    hear()?;
    let seen = recorder.finish().map_err(io::Error::other)?;
    say(&EngineReply::Done(Box::new(seen)))
}

fn ready(cli: &Cli) -> EngineReply {
    let version = if cli.lie == Some(Lie::NoVersion) { "" } else { env!("CARGO_PKG_VERSION") };
    EngineReply::Ready(Box::new(Ready {
        engine: "known-answer".to_owned(),
        version: version.to_owned(),
        workers: Some(1),
        warm_up_requests: 1,
        paces: true,
        ..Ready::default()
    }))
}

fn measured(cli: &Cli, job: &Job, client: &mut Client) -> io::Result<(Recorder, Finished)> {
    let recorder = Recorder::of(&job.workload, 1);
    if cli.lie == Some(Lie::Forks) {
        std::process::Command::new("sleep").arg("3").spawn()?;
    }
    let started_ns = now_ns();
    let mut burnt = own_cpu_ns();
    for request in 0.. {
        let Some(due) = next_due(&job.workload, started_ns, request) else { break };
        let start = now_ns();
        recorder.starts(due, start);
        match cli.lie {
            Some(Lie::Hang) => thread::sleep(Duration::from_secs(3600)),
            Some(Lie::Exit) if request > 0 => std::process::exit(7),
            // The previous response, once more.
            Some(Lie::Cached) if request > 0 => {}
            Some(Lie::Missing) if request == 1 => {}
            _ => client.get()?,
        }
        burnt = burn(cli, burnt);
        let sent = now_ns();
        thread::sleep(Duration::from_millis(cli.sleep_ms));
        let woke = now_ns();
        recorder.right(&Timeline { due, start, sent, first_byte: woke, done: now_ns(), ..Timeline::default() });
    }
    let ended_ns = match cli.lie {
        Some(Lie::Backwards) => started_ns,
        Some(Lie::FastClock) => started_ns + (now_ns() - started_ns) / 1_000,
        _ => now_ns(),
    };
    Ok((recorder, Finished { started_ns, ended_ns, recorder_bytes: 0 }))
}

/// Burns the CPU time that a request owes, whose account stood at `before` when it began; returns where the next one's
/// begins. A virtual machine that is delayed charges that to the running process: what one request burnt beyond its
/// due, the next ones owe less.
fn burn(cli: &Cli, before: u64) -> u64 {
    // The fetch's own cost counts: a request costs X in total.
    let owed = before + cli.burn_us * 1_000;
    // NaN and negative numbers become 0.
    let added = own_cpu_ns() + (cli.add_us * 1e3) as u64;
    let until = if cli.add_us > 0.0 { added } else { owed };
    while own_cpu_ns() < until {}
    owed
}

/// When the next request is due, after waiting for that time if there is a rate; `None` if there is none left.
fn next_due(workload: &Workload, begun: u64, request: u64) -> Option<u64> {
    let left = match workload.requests() {
        Some(requests) => request < requests.get(),
        None => now_ns() < begun.saturating_add(workload.least_ns()),
    };
    let due = workload.rate.map(|rate| begun.saturating_add(rate.due_ns(request)));
    left.then(|| {
        thread::sleep(Duration::from_nanos(due.unwrap_or(0).saturating_sub(now_ns())));
        due.unwrap_or_else(now_ns)
    })
}

fn hear() -> io::Result<EngineRequest> {
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line)? == 0 {
        // The harness is gone, so this process is no longer needed.
        std::process::exit(0);
    }
    Ok(serde_json::from_str(&line)?)
}

fn say(answer: &EngineReply) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    serde_json::to_writer(&mut stdout, answer)?;
    stdout.write_all(b"\n")?;
    stdout.flush()
}
