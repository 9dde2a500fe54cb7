//! `tlstax man`: manual pages, made of the same definitions as `--help`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use clap::Command;
use clap_mangen::Man;

use crate::failure::Failure;
use crate::show::write;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// One of the commands; without, the page of tlstax itself
    command: Option<String>,
    /// Write a page of every command into this folder instead, e.g. ~/.local/share/man/man1
    #[arg(short = 'o', long = "output", value_name = "FOLDER", conflicts_with = "command")]
    folder: Option<PathBuf>,
}

/// Prints a page of `command`, which is the whole command line of tlstax, or writes all of them.
pub(crate) fn run(args: &Args, command: Command) -> Result<ExitCode, Failure> {
    // The pages are of this version; what the program is made of is not theirs to tell.
    let mut command = command.long_version(None::<&'static str>).disable_help_subcommand(true);
    command.build();
    if let Some(folder) = &args.folder {
        write_all(&command, folder).map_err(|source| {
            let folder = folder.display();
            Failure::Usage(format!("writing manual pages into {folder} failed: {source}; name another folder with -o"))
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    let page = match &args.command {
        None => &command,
        Some(name) => command.find_subcommand(name).ok_or_else(|| {
            Failure::Usage(format!("there is no manual page of {name:?}: `tlstax --help` names the commands"))
        })?,
    };
    let mut text = Vec::new();
    manual(page).render(&mut text).map_err(Failure::io("writing a manual page"))?;
    write(&String::from_utf8_lossy(&text))?;
    Ok(ExitCode::SUCCESS)
}

fn write_all(command: &Command, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let visible = command.get_subcommands().filter(|command| !command.is_hide_set());
    for page in visible.chain([command]) {
        manual(page).generate_to(folder)?;
    }
    Ok(())
}

/// The page of a command. All of them are of this version, which a command among others does not know by itself.
fn manual(command: &Command) -> Man {
    Man::new(command.clone()).source(concat!("tlstax ", env!("CARGO_PKG_VERSION")))
}
