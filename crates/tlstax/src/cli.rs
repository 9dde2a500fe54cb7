//! The commands and their arguments. Their implementations are in [`cmd`].

use clap::{Parser, Subcommand};

use crate::{cmd, version};

/// Shows where HTTPS time goes: the same fetches by several concurrency models, over plain HTTP, rustls and native-tls.
#[derive(Parser)]
#[command(version, long_version = version::long(), max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
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
    /// Print a completion script for a shell, e.g. for ~/.local/share/bash-completion/completions/tlstax
    #[command(hide = true)]
    Completions(cmd::completions::Args),
    /// Print a manual page: of tlstax, or of one of its commands
    #[command(hide = true)]
    Man(cmd::man::Args),
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
