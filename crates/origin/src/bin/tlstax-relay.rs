//! The relay as a program: what `tlstax` runs as a hidden subcommand, without the rest of it.

use std::process::ExitCode;

use origin::Error;
use origin::relay::{Settings, serve};

#[expect(clippy::print_stderr, reason = "a program's last words")]
fn main() -> ExitCode {
    match Settings::from_args(std::env::args().skip(1)).and_then(|settings| serve(&settings)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Arguments(error)) => error.exit(),
        Err(error) => {
            eprintln!("tlstax-relay: {error}");
            ExitCode::FAILURE
        }
    }
}
