//! Runs the programs of `habits/` under `tlstax observe` and checks the findings.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::common::{folder, stderr, stdout, tlstax};

/// How long the origin delays every response, s. It is long compared with a handshake, so that one request at a time
/// can be distinguished from several.
pub(crate) const DELAY_S: f64 = 0.05;

/// How programs are observed.
pub(crate) struct Setting {
    /// Flags of `tlstax observe`.
    pub(crate) flags: Vec<String>,
    /// Additional environment variables.
    pub(crate) variables: Vec<(&'static str, OsString)>,
    /// The address that replaces `ORIGIN` in arguments, if the test has its own origin.
    pub(crate) origin: String,
}

/// The command line of a program, and the exact findings that are expected.
pub(crate) struct Case {
    /// The command line, with `{url}` or `ORIGIN`, and `HABITS` for the folder of the programs.
    pub(crate) arguments: &'static str,
    /// The codes of the findings. One that begins with `?` is optional, because it depends on its share of the run.
    pub(crate) expected: &'static [&'static str],
}

/// A case of `program ARGUMENTS`.
pub(crate) const fn case(arguments: &'static str, expected: &'static [&'static str]) -> Case {
    Case { arguments, expected }
}

/// Findings that depend on the times of events. If the CPUs are busy with other work, a program that waits for a CPU
/// looks like one that waits for something else, and a connection that it had no time to use looks like one that it did
/// not need.
const BY_TIME: [&str; 8] = [
    "connecting",
    "delayed-ack",
    "handshake-held",
    "late-close",
    "no-reuse",
    "resolving",
    "serialized",
    "uneven-concurrency",
];

/// The largest share of used CPU time at which the findings of [`BY_TIME`] are reliable.
const BUSY: f64 = 0.8;

/// How much CPU time of the machine was used in a span.
pub(crate) struct CpuUse {
    idle: u64,
    all: u64,
}

impl CpuUse {
    /// Starts the span now.
    pub(crate) fn since_now() -> CpuUse {
        let stat = std::fs::read_to_string("/proc/stat").unwrap();
        let ticks = stat.lines().next().unwrap().split_whitespace().skip(1).take(8);
        let ticks: Vec<u64> = ticks.map(|field| field.parse().unwrap()).collect();
        // user, nice, system, idle, iowait, irq, softirq, steal: proc_stat(5).
        CpuUse { idle: ticks[3] + ticks[4], all: ticks.iter().sum() }
    }

    /// Whether so much CPU time has been used since then that times prove nothing.
    pub(crate) fn was_busy(&self) -> bool {
        let now = CpuUse::since_now();
        (now.idle - self.idle) as f64 <= (1.0 - BUSY) * (now.all - self.all) as f64
    }
}

/// Whether `found` has every expected finding that is not optional, and no other one. If the CPUs were busy, additional
/// findings of [`BY_TIME`] are allowed.
pub(crate) fn is_as_expected(found: &BTreeSet<&str>, expected: &BTreeSet<&str>, was_busy: bool) -> bool {
    let may = |code: &&str| expected.contains(*code) || expected.contains(format!("?{code}").as_str());
    let must = expected.iter().filter(|code| !code.starts_with('?'));
    must.clone().all(|code| found.contains(code))
        && found.iter().all(|code| may(code) || (BY_TIME.contains(code) && was_busy))
}

/// The codes of the findings in the JSON of `tlstax observe`.
pub(crate) fn codes(json: &Value) -> BTreeSet<&str> {
    json["diagnosis"]["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}

/// Programs are observed one at a time, because a program that waits for a CPU behaves differently.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The folder of the programs.
pub(crate) fn habits() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../habits").canonicalize().unwrap()
}

/// Observes every case, and fails with a list of those that are not as expected. A program that is not installed is
/// skipped, with the reason; in CI none is skipped.
#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
pub(crate) fn observe_all(program: Result<OsString, String>, setting: &Setting, cases: &[Case]) {
    let program = match program {
        Ok(program) => program,
        Err(missing) => {
            assert!(env::var_os("CI").is_none(), "in CI no habit is skipped: {missing}");
            eprintln!("skipped: {missing}");
            return;
        }
    };
    let _alone = alone();
    let wrong: Vec<String> = cases.iter().filter_map(|case| observe(&program, setting, case).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Observes one case. Returns a description if the findings are not as expected.
fn observe(program: &OsString, setting: &Setting, case: &Case) -> Result<(), String> {
    let (_dir, path) = folder();
    let file = path.join("observed.json");
    let mut command = tlstax(&path);
    command.args(["observe", "--timeout", "60", "-o", "page"]).args(&setting.flags);
    command.arg(format!("--json={}", file.display())).arg("--").arg(program);
    let arguments = case.arguments.replace("HABITS", &habits().to_string_lossy()).replace("ORIGIN", &setting.origin);
    command.args(arguments.split(' ')).envs(setting.variables.iter().cloned());
    let cpus = CpuUse::since_now();
    let output = command.output().unwrap();
    let was_busy = cpus.was_busy();
    let name = format!("{} {}", program.to_string_lossy(), case.arguments);
    let told = format!("{}{}", stdout(&output), stderr(&output));
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{name}: no JSON ({error}): {told}"))?;
    let json: Value = serde_json::from_str(&text).unwrap();
    let codes = codes(&json);
    let mut expected: BTreeSet<&str> = case.expected.iter().copied().collect();
    if json["observation"]["passes"][0]["sampling"].get("impossible").is_some() {
        // If the system forbids sampling, a note says so and loads are not judged. In CI sampling must be allowed.
        assert!(env::var_os("CI").is_none(), "{name}: in CI the system must allow sampling");
        expected.remove("client-per-request");
        expected.remove("?trust-store-per-connection");
        let notes = json["diagnosis"]["notes"].as_array().unwrap();
        if !notes.iter().any(|note| note.as_str().unwrap().contains("perf_event_paranoid")) {
            return Err(format!("{name}: nothing could be sampled, and no note says so\n{told}"));
        }
    }
    if is_as_expected(&codes, &expected, was_busy) {
        return Ok(());
    }
    Err(format!("{name}: found {codes:?}, expected {expected:?}\n{told}{:#}", json["diagnosis"]))
}

/// The Python of a profile of `setup.sh`, if it has been set up: tests download nothing.
fn python(profile: &str) -> Result<OsString, String> {
    let setup = habits().join("../engines/python-talk/setup.sh");
    let output =
        Command::new(setup).args(["--made", profile]).output().map_err(|error| format!("setup.sh: {error}"))?;
    if output.status.success() { Ok(stdout(&output).trim_end().into()) } else { Err(stderr(&output)) }
}

/// The Python for the talk's libraries: with the versions of that time if an interpreter for them is installed, and
/// otherwise with current ones.
pub(crate) fn pythons_of_the_talk() -> Result<OsString, String> {
    python("py311").or_else(|missing| python("py311-today").map_err(|today| missing + &today))
}

/// A program on PATH.
pub(crate) fn installed(name: &str) -> Result<OsString, String> {
    which::which(name).map(Into::into).map_err(|error| format!("{name}: {error}"))
}

/// The Rust program, which Cargo builds for the tests of its package.
pub(crate) fn rust() -> Result<OsString, String> {
    let built = Path::new(env!("CARGO_BIN_EXE_tlstax")).with_file_name("habits");
    if built.is_file() { Ok(built.into()) } else { Err("habits is not built: cargo build --release -p habits".into()) }
}
