//! The command line: parses, calls, prints; nothing else.
//!
//! Exit codes: 0 done; 1 a comparison or expectation failed; 2 bad usage or input; 3 a trial was invalid; 130
//! interrupted.

mod cli;
mod cmd;
mod failure;
mod folder;
mod interrupt;
mod observing;
mod profiling;
mod program;
mod progress;
mod resume;
mod show;
mod stages;
mod version;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use self::cli::{Cli, Command};

fn main() -> ExitCode {
    // If the system refuses, exceeding a limit of file sizes ends the program, as it does by default.
    let _ = processes::outlive_file_size_limit();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let outcome = match cli.command {
        Command::Run(args) if args.resume => resume::resume(&args),
        Command::Run(args) => cmd::run::run(&args),
        Command::Talk(args) => cmd::talk::run(&args),
        Command::Observe(args) => cmd::observe::run(&args),
        Command::ReportingTool(args) => cmd::reporting_tool::run(&args),
        Command::Report(args) => cmd::report::run(&args),
        Command::Cmp(args) => cmd::cmp::run(&args),
        Command::List(args) => cmd::list::run(&args),
        Command::Show(args) => cmd::show::run(&args),
        Command::Thin(args) => cmd::thin::run(&args),
        Command::Profile(args) => cmd::profile::run(&args),
        Command::Origin(args) => cmd::origin::run(&args),
        Command::Completions(args) => cmd::completions::run(&args, Cli::command()),
        Command::Man(args) => cmd::man::run(&args, Cli::command()),
        Command::Engine => cmd::engine::run(),
        Command::ServeEmbedded { args } => cmd::serve_embedded::run(args),
        Command::Relay { args } => cmd::relay::run(args),
    };
    match outcome {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

/// Prints requested help and versions to standard output, and errors of the command line to standard error.
fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render().ansi().to_string();
    if error.use_stderr() {
        terminal::say_text(&text);
    } else if let Err(failure) = show::write(&text) {
        return failure.report();
    }
    u8::try_from(error.exit_code()).map_or(ExitCode::from(failure::BAD_INPUT), ExitCode::from)
}
