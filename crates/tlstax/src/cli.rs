//! The commands and their arguments. Their implementations are in [`cmd`].

use clap::{Parser, Subcommand};

use crate::{cmd, version};

/// The three questions that most users come with.
const DOORS: &str = "\
Which client, runtime or TLS stack?   tlstax run
Why is my HTTPS slow?                 tlstax observe python3 fetch.py {url}/get
Did my change make it slower?         tlstax cmp --exec ./base ./new";

/// Shows what HTTPS costs a client, why a program's HTTPS is slow, and whether a change made it slower.
#[derive(Parser)]
#[command(
    version,
    long_version = version::long(),
    max_term_width = 100,
    arg_required_else_help = true,
    before_help = DOORS,
    subcommand_help_heading = "All commands"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Measure what a request costs with clients, runtimes and TLS stacks; without arguments a quick selection of them
    #[command(after_help = "\
Examples:
  tlstax run
  tlstax run tokio-current/hyper rustls new-conn --rounds 10
  tlstax run smol @group=x25519 @group=x25519mlkem768")]
    Run(Box<cmd::run::Args>),
    /// Reproduce the talk: the same fetches in one second or in ten, depending on how their TLS layer waits
    #[command(after_help = "Examples:\n  tlstax talk\n  tlstax talk --scale 0.1")]
    Talk(cmd::talk::Args),
    /// Say why a program's HTTPS is slow: run a command of any language and watch its connections
    Observe(Box<cmd::observe::Args>),
    /// Run the talk's use case: 10,000 HTTPS GETs of 50 hosts, one by one, blocking inside async, and concurrently
    #[command(after_help = "Examples:\n  tlstax reporting-tool")]
    ReportingTool(cmd::reporting_tool::Args),
    /// Draw a run as a page with charts, tables and data
    #[command(after_help = "Examples:\n  tlstax report\n  tlstax report results/matrix-split -o page")]
    Report(cmd::report::Args),
    /// Compare two builds, two runs, or two cells of one run: faster, slower, a tie or inconclusive
    #[command(after_help = "\
Examples:
  tlstax cmp --exec ./base ./new --fail-above 5
  tlstax cmp smol/hyper/rustls/new-conn smol/hyper/native-tls/new-conn")]
    Cmp(cmd::cmp::Args),
    /// List the cells that can run here
    #[command(after_help = "Examples:\n  tlstax list\n  tlstax list rustls resumed")]
    List(cmd::list::Args),
    /// Print the tables of a run again
    #[command(after_help = "Examples:\n  tlstax show\n  tlstax show results/matrix-split --csv")]
    Show(cmd::show::Args),
    /// Shrink the folder of a run: compress its trials and remove what no table or chart uses
    #[command(after_help = "Examples:\n  tlstax thin results/local/2026-11-23-162620")]
    Thin(cmd::thin::Args),
    /// Show where CPU time goes: flamegraphs, and a bill by kind of work
    #[command(after_help = "Examples:\n  tlstax profile tokio-current/hyper rustls new-conn")]
    Profile(cmd::profile::Args),
    /// Run the local servers in the foreground, for any client
    #[command(after_help = "Examples:\n  tlstax origin --ca-out ca.pem")]
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// The lines of help that show a command.
    fn examples(help: &str) -> Vec<&str> {
        help.lines().filter_map(|line| line.find("  tlstax ").map(|at| line[at..].trim())).collect()
    }

    #[test]
    fn every_command_has_examples_that_its_own_parser_takes() {
        for command in Cli::command().get_subcommands_mut().filter(|command| !command.is_hide_set()) {
            let help = command.render_help().to_string();
            let shown = examples(&help);
            assert!(!shown.is_empty(), "{} has no example", command.get_name());
            for example in shown {
                let words = shell_words::split(example).unwrap();
                assert_eq!(words[1], command.get_name());
                assert!(Cli::try_parse_from(words).is_ok(), "{example}");
            }
        }
    }

    #[test]
    fn the_first_help_shows_a_command_for_each_of_three_questions() {
        let help = Cli::command().render_help().to_string();
        let shown = examples(&help);
        assert_eq!(shown.len(), 3, "{help}");
        for example in shown {
            assert!(Cli::try_parse_from(shell_words::split(example).unwrap()).is_ok(), "{example}");
        }
    }
}
