//! The environment variables of engines: how many threads executors have, and which groups OpenSSL offers.

use std::ffi::OsString;
use std::path::Path;

use origin::Pins;
use processes::TemporaryFolder;
use workload::catalog::models;

use crate::error::Error;
use crate::trial::openssl_config::{self, OPENSSL_CONF};

/// The environment variables of engines.
#[derive(Debug)]
pub struct Environment {
    workers: OsString,
    /// Contains the files that the variables name.
    folder: TemporaryFolder,
}

impl Environment {
    /// The variables for executors that read their number of threads from the environment.
    ///
    /// # Errors
    ///
    /// When there is no room for temporary files.
    pub fn new(workers: usize) -> Result<Environment, Error> {
        let folder = TemporaryFolder::new("environment").map_err(temporary(&std::env::temp_dir()))?;
        Ok(Environment { workers: OsString::from(workers.to_string()), folder })
    }

    /// All of them, for an engine whose handshakes are pinned to `pins`.
    ///
    /// # Errors
    /// When the temporary file that OpenSSL reads cannot be written.
    pub fn pinned(&self, pins: &Pins) -> Result<Vec<(&'static str, OsString)>, Error> {
        let conf = openssl_config::write(self.folder.path(), pins).map_err(temporary(self.folder.path()))?;
        let mut variables = self.free();
        variables.push((OPENSSL_CONF, conf.into_os_string()));
        Ok(variables)
    }

    /// Those that leave OpenSSL's defaults unchanged.
    pub(crate) fn free(&self) -> Vec<(&'static str, OsString)> {
        let of_models = models::ALL.iter().filter_map(|model| model.threads_variable);
        of_models.map(|variable| (variable, self.workers.clone())).collect()
    }
}

fn temporary(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Temporary { path, source }
}
