//! `tlstax completions`: what a shell reads to complete tlstax's commands and options.

use std::process::ExitCode;

use clap::Command;
use clap_complete::Shell;

use crate::failure::Failure;
use crate::show::write;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

/// Prints the script for `command`, which is the whole command line of tlstax.
pub(crate) fn run(args: &Args, command: Command) -> Result<ExitCode, Failure> {
    // Shells would offer what is hidden, too.
    let visible = command.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    let mut visible = Command::new("tlstax").version("").args(command.get_arguments().cloned()).subcommands(visible);
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut visible, "tlstax", &mut script);
    write(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
