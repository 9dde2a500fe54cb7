//! The place where results are written: taken by one run alone, lost during it, or too small for it.

use std::fs;
use std::process::{Command, Stdio};

use crate::common::{code, folder, result, run, stderr, tlstax, wait_for};

const SHORT: &str = "run serial plain new-conn -n 3 -c 1 --rounds 1 --origin embedded";

#[test]
fn runs_that_begin_at_once_have_a_folder_each() {
    let (_dir, path) = folder();
    let start = || tlstax(&path).args(SHORT.split(' ')).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let runs: Vec<_> = (0..6).map(|_| start()).collect();
    for run in runs {
        let output = run.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    let local = path.join("results/local");
    let names: Vec<_> = fs::read_dir(&local).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 6, "{names:?}");
    for name in names {
        assert_eq!(result(&local, name.to_str().unwrap()).trials.len(), 1);
    }
}

#[test]
fn a_run_that_cannot_begin_leaves_no_folder() {
    let (_dir, path) = folder();
    let mut command = tlstax(&path);
    // Its certificates cannot be written.
    let output = command.args(SHORT.split(' ')).env("TMPDIR", path.join("nowhere")).output().unwrap();
    assert_eq!(code(&output), Some(2), "{}", stderr(&output));
    let left = fs::read_dir(path.join("results/local")).map_or(0, Iterator::count);
    assert_eq!(left, 0);
}

#[test]
fn a_folder_that_is_removed_or_renamed_ends_the_run_at_the_next_trial() {
    for rename in [false, true] {
        let (_dir, path) = folder();
        let long =
            "run tokio-current hyper plain new-conn --origin embedded --path /delay/0.2 -n 4 -c 1 --rounds 500 --out r";
        let mut command = tlstax(&path);
        let child = command.args(long.split(' ')).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let written = || fs::metadata(path.join("r/trials.ndjson")).ok().filter(|file| file.len() > 0);
        assert!(wait_for(written).is_some(), "no trial was ever written");
        match rename {
            true => fs::rename(path.join("r"), path.join("elsewhere")).unwrap(),
            false => fs::remove_dir_all(path.join("r")).unwrap(),
        }
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("removed or renamed during the run"), "{}", stderr(&output));
        assert!(!path.join("r").exists(), "nothing is made anew");
        if rename {
            let result = result(&path, "elsewhere");
            assert!(!result.trials.is_empty() && result.problems.is_empty() && result.run.ended.is_none());
        }
    }
}

#[test]
fn a_limit_of_file_sizes_is_an_error_with_its_sentence() {
    let (_dir, path) = folder();
    // Blocks of 512 bytes for a POSIX shell, or of 1,024. The first is too small for the trust store, the second for a
    // file of trials that is filled up beforehand.
    let limited = |blocks: u32, arguments: &str| {
        let script = format!("ulimit -f {blocks}; exec \"$0\" {arguments}");
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_tlstax")]).current_dir(&path).stdin(Stdio::null());
        command.output().unwrap()
    };
    let output = limited(8, &format!("{SHORT} --out small"));
    assert_eq!(code(&output), Some(2), "{output:?}");
    let said = stderr(&output);
    assert!(said.contains("trust.pem: File too large") && said.contains("ulimit -f"), "{said}");

    // A run that was interrupted, whose file has room for nothing more.
    let many = "run tokio-current hyper plain new-conn -n 300 -c 1 --rounds 100 --origin embedded --out r";
    let output = limited(768, many);
    assert_eq!(code(&output), Some(2), "{}", stderr(&output));
    let said = stderr(&output);
    assert!(said.contains("trials.ndjson failed: File too large") && said.contains("ulimit -f"), "{said}");
    let kept = result(&path, "r");
    assert!(!kept.trials.is_empty() && kept.problems.is_empty(), "{:?}", kept.problems);
    assert_eq!(code(&run(&path, "show r")), Some(0));
}

#[test]
fn programs_that_are_started_have_the_limit_end_them_as_ever() {
    let (_dir, path) = folder();
    let program = "sh -c 'ulimit -f 1; head -c 100000 /dev/zero > big' {url}";
    let mut command = tlstax(&path);
    command.args("run --origin embedded -n 1 -c 1 --rounds 1 --out r --engine".split(' ')).arg(program);
    let output = command.output().unwrap();
    let said = stderr(&output);
    // 128 + SIGXFSZ, as the shell tells of its child.
    assert!(code(&output) == Some(3) && said.contains("153"), "{said}");
}
