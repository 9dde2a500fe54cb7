//! The command line: parses, calls, prints; nothing else.
//!
//! Exit codes: 0 done; 1 a comparison or expectation failed; 2 bad usage or input; 3 a trial was invalid; 130
//! interrupted.

mod cmd;
mod external_engines;
mod failure;
mod folder;
mod interrupt;
mod left_out;
mod observing;
mod paired;
mod plan;
mod profiling;
mod program;
mod progress;
mod resume;
mod scenario;
mod show;
mod stages;
mod supplier;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Shows where HTTPS time goes: the same fetches by several concurrency models, over plain HTTP, rustls and native-tls.
#[derive(Parser)]
#[command(version, max_term_width = 100, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure cells; without arguments a dozen telling ones
    Run(Box<cmd::run::Args>),
    /// Reproduce the talk: the same fetches in one second or in ten, by how their TLS layer waits
    Talk(cmd::talk::Args),
    /// Why is my HTTPS slow? Runs a command of any language and says what it does with its connections
    Observe(Box<cmd::observe::Args>),
    /// The talk's use case: 10,000 HTTPS GETs of 50 hosts, one by one, blocking inside async, and properly
    ReportingTool(cmd::reporting_tool::Args),
    /// Draw a run: the page, its charts, the Markdown and the data
    Report(cmd::report::Args),
    /// Compare two builds, two runs, or two cells of one: faster, slower, or not to be told
    Cmp(cmd::cmp::Args),
    /// Name the cells that can run here
    List(cmd::list::Args),
    /// Print a run's tables again, from its files
    Show(cmd::show::Args),
    /// Make the folder of a run small: its trials compressed, without what no table or chart is made of
    Thin(cmd::thin::Args),
    /// Show where CPU time goes: flamegraphs, and the bill by what was done
    Profile(cmd::profile::Args),
    /// Run the servers in the foreground, for any client
    Origin(cmd::origin::Args),
    /// Run one trial, as the harness tells on standard input (docs/trial-protocol.md)
    #[command(hide = true)]
    Engine,
    /// Serve as the embedded origin, as the supervisor tells on standard input
    #[command(hide = true, disable_help_flag = true)]
    ServeEmbedded {
        /// Flags of the embedded origin
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Stand between client and origin as a long way does, until standard input ends
    #[command(hide = true, disable_help_flag = true)]
    Relay {
        /// Flags of the relay
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

fn main() -> ExitCode {
    // Where the system refuses, a limit of file sizes ends the program as it ends any other.
    let _ = processes::outlive_file_size_limit();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let outcome = match cli.command {
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
        Command::Engine => cmd::engine::run(),
        Command::ServeEmbedded { args } => cmd::serve_embedded::run(args),
        Command::Relay { args } => cmd::relay::run(args),
    };
    match outcome {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

/// Prints help and versions, which were asked for, to standard output, and what is wrong with a command line to
/// standard error.
fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render().ansi().to_string();
    if error.use_stderr() {
        terminal::say_text(&text);
    } else if let Err(failure) = show::write(&text) {
        return failure.report();
    }
    u8::try_from(error.exit_code()).map_or(ExitCode::from(failure::BAD_INPUT), ExitCode::from)
}
