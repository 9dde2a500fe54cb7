//! The Python original, if there is a suitable Python: its files are part of this program, its packages are downloaded
//! once into a virtual environment in the user's cache.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use measure::result::LeftOut;
use processes::TemporaryFolder;
use runner::{EXTERNAL, EngineCommand, ExternalEngine};
use workload::{Cell, Connection};

/// The files of `engines/python-talk`, as they were when this program was built.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../python-talk/", $name)))),*]
    };
}

const FILES: [(&str, &str); 11] = files![
    "setup.sh",
    "engine.py",
    "conversation.py",
    "fetches.py",
    "profiles.py",
    "stages.py",
    "watch.py",
    "requirements/py27.txt",
    "requirements/py37.txt",
    "requirements/py311.txt",
    "requirements/py311-today.txt",
];

/// The interpreter and releases that are available on most machines.
const USUAL: [&str; 1] = ["py311"];

/// All combinations on which the original is known to run.
const EVERY: [&str; 4] = ["py27", "py37", "py311", "py311-today"];

/// The talk's stages.
const STAGES: [&str; 5] = ["serial", "1", "2", "3", "4"];

/// Stage 4 with its patch reverted: the same as stage 3, and ten seconds more.
const REVERTED: &str = "4-before";

/// The stage that also runs over plain HTTP, to show that the fault is in the TLS layer alone.
const PLAIN_TOO: &str = "2";

/// The original's engines, their cells, and the parts that cannot run here.
#[derive(Debug, Default)]
pub(crate) struct Original {
    pub(crate) engines: BTreeMap<String, ExternalEngine>,
    pub(crate) cells: Vec<Cell>,
    pub(crate) left_out: Vec<LeftOut>,
    /// Its files, as long as it runs.
    pub(crate) files: Option<TemporaryFolder>,
}

/// The stages of the original, for one Python or for all that are installed. Missing ones are reported and skipped.
pub(crate) fn original(all: bool) -> Original {
    let mut original = Original::default();
    let folder = match unpack() {
        Ok(folder) => folder,
        Err(error) => {
            original.leave_out("the Python original", format!("unpacking its files failed: {error}"));
            return original;
        }
    };
    for profile in if all { &EVERY[..] } else { &USUAL[..] } {
        match interpreter(folder.path(), profile) {
            Ok(python) => {
                let stages = STAGES.into_iter().chain(all.then_some(REVERTED));
                stages.for_each(|stage| original.add(profile, stage, &python, folder.path()));
            }
            Err(reason) => original.leave_out(profile, reason),
        }
    }
    original.files = Some(folder);
    original
}

impl Original {
    fn add(&mut self, profile: &str, stage: &str, python: &Path, folder: &Path) {
        let name = format!("{profile}-stage-{stage}");
        let cell = |tls: &str| Cell::new(EXTERNAL, name.clone(), tls, Connection::NewConn);
        self.cells.push(cell("https"));
        if stage == PLAIN_TOO {
            self.cells.push(cell(Cell::PLAIN));
        }
        let args = [folder.join("engine.py").into_os_string(), "--stage".into(), stage.into()].to_vec();
        self.engines.insert(name, ExternalEngine::Protocol(EngineCommand { program: python.to_owned(), args }));
    }

    fn leave_out(&mut self, what: &str, why: String) {
        terminal::say(format_args!("left out: {what}: {why}"));
        self.left_out.push(LeftOut { what: what.to_owned(), concurrency: None, why });
    }
}

fn unpack() -> std::io::Result<TemporaryFolder> {
    let folder = TemporaryFolder::new("python")?;
    fs::create_dir(folder.path().join("requirements"))?;
    for (name, text) in FILES {
        fs::write(folder.path().join(name), text)?;
    }
    Ok(folder)
}

/// The interpreter with the profile's packages. Creating the environment takes a network and half a minute; afterwards
/// it is found in the cache.
fn interpreter(folder: &Path, profile: &str) -> Result<PathBuf, String> {
    let script = folder.join("setup.sh");
    let output = Command::new("bash").arg(&script).arg(profile).output();
    let output = output.map_err(|error| format!("running its setup: {error}"))?;
    if output.status.success() {
        let python = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        return Ok(PathBuf::from(python));
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let last = words.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it did not say why");
    Err(last.trim().to_owned())
}
