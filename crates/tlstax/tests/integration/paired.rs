//! Paired runs: a cell compared with itself, and two builds compared with each other.

use crate::common::{code, folder, result, run, stderr, stdout, tlstax};
use measure::result::Arm;

#[test]
fn a_cell_is_held_against_itself() {
    let (_dir, path) = folder();
    let words = "run --aa smol rustls --origin embedded -n 20 -c 4 --rounds 8 --seed 3 --out r";
    let output = run(&path, words);
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    let result = result(&path, "r");
    assert_eq!(result.problems, [""; 0]);
    assert_eq!(result.trials.len(), 2 * 2 * 8);
    // Each arm follows the other, within its cell and round.
    for pair in result.trials.chunks(2) {
        assert_eq!((&pair[0].cell, pair[0].round), (&pair[1].cell, pair[1].round));
        assert_ne!(pair[0].arm, pair[1].arm);
    }
    assert_eq!(result.trials.iter().filter(|trial| trial.arm == Some(Arm::New)).count(), 16);
    assert_eq!(result.run.arms[0].sha256, result.run.arms[1].sha256);
    let text = stdout(&output);
    assert!(text.contains("smol/hyper/rustls/new-conn") && text.contains("2 comparisons"), "{text}");
    // The same again from the files, and no page of two things at once.
    let again = run_ok(&path, "show r");
    assert!(text.starts_with(again.trim_end()), "{again}\n{text}");
    assert_eq!(run_ok(&path, "cmp r"), again);
    let page = run(&path, "report r");
    assert_eq!(code(&page), Some(2));
    assert!(stderr(&page).contains("tlstax cmp r"), "{}", stderr(&page));
}

fn run_ok(path: &std::path::Path, words: &str) -> String {
    let output = run(path, words);
    assert_eq!(code(&output), Some(0), "{words}: {}", stderr(&output));
    stdout(&output)
}

#[test]
fn two_builds_run_by_turns() {
    let (_dir, path) = folder();
    let program = env!("CARGO_BIN_EXE_tlstax");
    let words = "smol rustls new-conn --origin embedded -n 20 -c 4 --rounds 6 --out r --again";
    let output = tlstax(&path).args(["cmp", "--exec", program, program]).args(words.split(' ')).arg(program).output();
    let output = output.unwrap();
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    let result = result(&path, "r");
    let arms: Vec<Arm> = result.run.arms.iter().map(|info| info.arm).collect();
    assert_eq!((arms, result.trials.len()), (vec![Arm::Base, Arm::Again, Arm::New], 18));
    assert!(stdout(&output).contains("layout"), "{}", stdout(&output));
}

#[test]
fn what_is_no_build_is_refused_before_anything_runs() {
    let (_dir, path) = folder();
    let refused = |words: &str, reason: &str| {
        let output = run(&path, words);
        assert_eq!(code(&output), Some(2), "{words}");
        assert!(stderr(&output).contains(reason), "{words}: {}", stderr(&output));
    };
    refused("cmp --exec /no/base /no/new", "/no/base");
    refused("cmp --exec /bin/cat", "name both");
    refused("cmp --exec /etc/passwd /bin/cat", "/etc/passwd cannot be executed");
    refused("cmp /no/base /no/new --rounds 3", "goes with --exec");
    refused("cmp /no/base /no/new --out r", "--exec");
    refused("run --aa --floors smol", "--floors");
    assert_eq!(std::fs::read_dir(&path).unwrap().count(), 0);
}

#[test]
fn a_program_that_is_no_tlstax_makes_its_trials_invalid() {
    let (_dir, path) = folder();
    let words = "smol/hyper/plain/new-conn --origin embedded -n 5 -c 1 --rounds 1 --out r";
    let arguments = ["cmp", "--exec", env!("CARGO_BIN_EXE_tlstax"), "/bin/cat"];
    let output = tlstax(&path).args(arguments).args(words.split(' ')).output().unwrap();
    assert_eq!(code(&output), Some(3), "{}", stderr(&output));
    let result = result(&path, "r");
    let of = |arm| result.trials.iter().filter(move |trial| trial.arm == Some(arm));
    let counts = |arm| of(arm).filter(|trial| trial.counts()).count();
    assert_eq!((counts(Arm::Base), counts(Arm::New)), (1, 0));
}
