//! `observation.json`, the result file of `tlstax observe`.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::observed_run::ObservedRun;

/// The file's name in a result folder.
pub const FILE: &str = "observation.json";

/// The version of the file's format.
pub const FORMAT: u32 = 1;

/// What was observed of a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Observation {
    /// The version of the file's format: 1.
    pub format: u32,
    /// The version of tlstax that wrote the file.
    pub tlstax: String,
    /// The time at which the observation began, as in RFC 3339.
    pub began: String,
    /// The command and its arguments, as the user gave them.
    pub command: Vec<String>,
    /// How it was observed.
    pub via: ObserveMode,
    /// The time that the origin takes for each response, ns (url).
    pub service_ns: Option<u64>,
    /// The runs of the command: one through the proxy, or one over HTTP and then one over HTTPS (url).
    pub passes: Vec<ObservedRun>,
}

/// How the command's connections reach the observer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Via")]
pub enum ObserveMode {
    /// The command was given the URL of tlstax's own origin.
    Url,
    /// The command was given the address of a proxy, through which it reaches its own hosts.
    Proxy,
}

/// Why an observation could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file can't be read or written.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// Reading or writing.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The file is not an observation.
    #[error("{} is not what `tlstax observe` writes: {reason}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl Observation {
    /// Reads [`FILE`] from the folder `dir`.
    ///
    /// # Errors
    /// The file can't be read, or is not an observation of format [`FORMAT`].
    pub fn read(dir: &Path) -> Result<Observation, FileError> {
        let path = dir.join(FILE);
        let io = |source| FileError::Io { doing: "reading", path: path.clone(), source };
        let text = result_file::read_text(&path).map_err(io)?;
        let content = |reason| FileError::Content { path: path.clone(), reason };
        let observation: Observation = serde_json::from_str(&text).map_err(|error| content(error.to_string()))?;
        if observation.format != FORMAT {
            return Err(content(format!("its format is {}, this program reads {FORMAT}", observation.format)));
        }
        Ok(observation)
    }

    /// Writes [`FILE`] into the folder `dir`, which is created if it doesn't exist.
    ///
    /// # Errors
    /// The folder or the file can't be written.
    pub fn write(&self, dir: &Path) -> Result<(), FileError> {
        let path = dir.join(FILE);
        let io = |source| FileError::Io { doing: "writing", path: path.clone(), source };
        std::fs::create_dir_all(dir).map_err(io)?;
        let json = serde_json::to_vec(self).map_err(|error| io(error.into()))?;
        std::fs::write(&path, json).map_err(io)
    }
}
