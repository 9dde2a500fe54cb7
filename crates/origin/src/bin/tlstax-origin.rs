//! The embedded server as a program: what `tlstax` runs as a hidden subcommand, without the rest of it.

use std::process::ExitCode;

use origin::Error;
use origin::embedded::{self, Settings};

fn main() -> ExitCode {
    match Settings::from_args(std::env::args().skip(1)).and_then(embedded::serve) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Arguments(error)) => error.exit(),
        Err(error) => {
            terminal::say(format_args!("tlstax-origin: {error}"));
            ExitCode::FAILURE
        }
    }
}
