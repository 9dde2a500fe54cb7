//! `tlstax serve-embedded`: the embedded origin, for its supervisor.

use std::process::ExitCode;

use origin::embedded::{Settings, serve};

use crate::failure::Failure;

pub(crate) fn run(args: Vec<String>) -> Result<ExitCode, Failure> {
    let settings = match Settings::from_args(args.into_iter()) {
        Err(origin::Error::Arguments(error)) => error.exit(),
        settings => settings?,
    };
    serve(settings)?;
    Ok(ExitCode::SUCCESS)
}
