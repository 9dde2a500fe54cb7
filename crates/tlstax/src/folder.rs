//! Where results go when no folder is named, and which run is the latest.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Local results, ignored by git.
const LOCAL: &str = "results/local";

/// A folder for a run that begins now.
pub(crate) fn fresh() -> PathBuf {
    let stamp = jiff::Timestamp::now().strftime("%Y-%m-%dT%H-%M-%SZ").to_string();
    let base = Path::new(LOCAL);
    // Two runs may begin within one second.
    let names = std::iter::once(stamp.clone()).chain((2..100).map(|number| format!("{stamp}-{number}")));
    names.map(|name| base.join(name)).find(|path| !path.exists()).unwrap_or_else(|| base.join(stamp))
}

/// The folder of the latest local run: names sort by time.
pub(crate) fn latest() -> Result<PathBuf, Failure> {
    let none = || Failure::Usage(format!("there is no run in {LOCAL} yet: `tlstax run` makes one, or name a folder"));
    let entries = std::fs::read_dir(LOCAL).map_err(|_| none())?;
    let runs = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.join("run.json").is_file());
    runs.max().ok_or_else(none)
}
