//! `tlstax relay`: imitates the distance of an origin, for the process that starts it.

use std::process::ExitCode;

use origin::relay::{Settings, serve};

use crate::failure::Failure;

pub(crate) fn run(args: Vec<String>) -> Result<ExitCode, Failure> {
    let settings = match Settings::from_args(args.into_iter()) {
        Err(origin::Error::Arguments(error)) => error.exit(),
        settings => settings?,
    };
    serve(&settings)?;
    Ok(ExitCode::SUCCESS)
}
