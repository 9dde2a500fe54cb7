//! Compressed trials: every command reads them as it reads the lines, and says what is wrong with them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use crate::common::{code, folder, matrix, run, stderr, stdout, tlstax, trials, wait_for};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

const QUICK: &str = "run serial plain rustls new-conn --origin embedded -n 20 --rounds 3";

/// Everything that is shown of the folder `r` in `path`.
fn shown(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let cells = "cmp serial/ureq/plain/new-conn serial/ureq/rustls/new-conn --in r --anyway --metric all";
    for command in ["show r", "show r --json", "show r --csv", "show r --trials", cells, "cmp r r2 --metric all"] {
        let output = run(path, command);
        assert_eq!(code(&output), Some(0), "{command}: {}", stderr(&output));
        all.push((command.to_owned(), output.stdout));
    }
    fs::write(path.join("text.md"), "<!-- tlstax report: table -->\n<!-- tlstax report end -->\n").unwrap();
    for command in ["report r -o page", "report r --splice text.md"] {
        let output = run(path, command);
        assert_eq!(code(&output), Some(0), "{command}: {}", stderr(&output));
    }
    all.push(("text.md".to_owned(), fs::read(path.join("text.md")).unwrap()));
    let files: BTreeMap<String, Vec<u8>> = fs::read_dir(path.join("page"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    all.extend(files);
    all
}

#[test]
fn a_compressed_run_and_a_thinned_one_are_shown_as_the_run_was() {
    let (_dir, path) = folder();
    for name in ["r", "r2"] {
        assert_eq!(code(&run(&path, &format!("{QUICK} --out {name}"))), Some(0));
    }
    let (before, written) = (shown(&path), trials(&path.join("r")));
    assert_eq!(code(&run(&path, "thin --whole r")), Some(0));
    assert!(path.join("r/trials.ndjson.zst").is_file() && !path.join("r/trials.ndjson").exists());
    assert!(before == shown(&path), "compressed, it is shown otherwise");
    assert_eq!(trials(&path.join("r")), written);
    let said = run(&path, "thin r r2");
    assert_eq!((code(&said), stdout(&said).lines().count()), (Some(0), 2), "{}", stderr(&said));
    let all_but_trials = |shown: Vec<(String, Vec<u8>)>| {
        shown.into_iter().filter(|(what, _)| !what.ends_with("--trials")).collect::<Vec<_>>()
    };
    assert!(all_but_trials(before) == all_but_trials(shown(&path)), "thinned, it is shown otherwise");
    assert!(trials(&path.join("r")).len() * 3 < written.len() * 2);
    // Thinned again, nothing is left to be taken out.
    let once = trials(&path.join("r"));
    assert_eq!(code(&run(&path, "thin r")), Some(0));
    assert_eq!(trials(&path.join("r")), once);
}

#[test]
fn every_command_that_measures_compresses_when_it_is_asked_to() {
    let (_dir, path) = folder();
    let exe = env!("CARGO_BIN_EXE_tlstax");
    let commands = [
        format!("{QUICK} --compress --out r"),
        format!("{QUICK} --aa --compress --out aa"),
        format!(
            "cmp --exec {exe} {exe} serial/ureq/plain/new-conn --origin embedded -n 4 --rounds 2 --compress --out cmp"
        ),
    ];
    for command in commands {
        let output = run(&path, &command);
        assert_eq!(code(&output), Some(0), "{command}: {}", stderr(&output));
    }
    for name in ["r", "aa", "cmp"] {
        assert!(path.join(name).join("trials.ndjson.zst").is_file(), "{name}");
        assert!(!path.join(name).join("trials.ndjson").exists(), "{name}");
        assert_eq!(code(&run(&path, &format!("show {name}"))), Some(0));
    }
    assert_eq!(code(&run(&path, "cmp r aa --compress")), Some(2), "nothing is measured there");
}

#[test]
fn a_compressed_run_is_whole_or_says_how_to_go_on_with_it() {
    let (_dir, path) = folder();
    assert_eq!(code(&run(&path, &format!("{QUICK} --compress --out r"))), Some(0));
    let whole = run(&path, "run --resume --out r");
    assert!(code(&whole) == Some(0) && stderr(&whole).contains("nothing is left to be run"), "{}", stderr(&whole));
    let file = path.join("r/run.json");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("\"interrupted\": false", "\"interrupted\": true")).unwrap();
    let refused = run(&path, "run --resume --out r");
    assert!(code(&refused) == Some(2) && stderr(&refused).contains("zstd -d --rm"), "{}", stderr(&refused));
    let thin = run(&path, "thin r");
    assert!(code(&thin) == Some(2) && stderr(&thin).contains("has not ended"), "{}", stderr(&thin));
}

#[test]
fn what_is_wrong_with_compressed_trials_is_said_by_name() {
    let (_dir, path) = folder();
    assert_eq!(code(&run(&path, &format!("{QUICK} --compress --out r"))), Some(0));
    let file = path.join("r/trials.ndjson.zst");
    let whole = fs::read(&file).unwrap();
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 0x10;
    let bad: [(&[u8], &str); 4] = [
        (&whole[..whole.len() / 2], "it is cut"),
        (&changed, "damaged"),
        (b"", "it is empty"),
        (b"{\"section\":", "not compressed by zstd"),
    ];
    for (bytes, words) in bad {
        fs::write(&file, bytes).unwrap();
        for command in ["show r", "show r --trials", "report r", "cmp r r", "thin r", "run --resume --out r"] {
            let output = run(&path, command);
            let said = stderr(&output);
            assert_eq!(code(&output), Some(2), "{command}: {said}");
            assert!(
                said.contains("r/trials.ndjson.zst") && said.contains(words) && said.contains("intact copy"),
                "{said}"
            );
            assert_eq!(said.lines().count(), 1, "{said}");
        }
    }
    fs::write(&file, whole).unwrap();
    fs::write(path.join("r/trials.ndjson"), "").unwrap();
    for command in ["show r", "report r", "thin r", "run --resume --out r"] {
        let output = run(&path, command);
        let said = stderr(&output);
        assert!(code(&output) == Some(2) && said.contains("holds both trials.ndjson and trials.ndjson.zst"), "{said}");
    }
}

/// Whatever stands in the place of a file of a result folder: reading it ends.
#[test]
fn what_is_no_regular_file_is_refused_by_name() {
    let cases = [
        ("run.json", "show r", Some(2)),
        ("trials.ndjson", "show r", Some(2)),
        ("trials.ndjson", "run --resume --out r", Some(2)),
        ("trials.ndjson", "thin r", Some(2)),
        ("trials.ndjson.zst", "show r", Some(2)),
        ("handshake.json", "show r", Some(0)),
        ("bills.json", "report r -o page", Some(0)),
        ("observation.json", "report r -o page", Some(2)),
    ];
    let (_dir, path) = folder();
    for (name, command, expected) in cases {
        for what in ["a FIFO", "a device", "a directory"] {
            let dir = path.join("r");
            fs::create_dir(&dir).unwrap();
            fs::copy(matrix().join("run.json"), dir.join("run.json")).unwrap();
            fs::write(dir.join("trials.ndjson"), "").unwrap();
            let file = dir.join(name);
            let _ = fs::remove_file(&file);
            if name.ends_with(".zst") {
                fs::remove_file(dir.join("trials.ndjson")).unwrap();
            }
            match what {
                "a FIFO" => mkfifo(&file, Mode::S_IRWXU).unwrap(),
                "a device" => std::os::unix::fs::symlink("/dev/zero", &file).unwrap(),
                _ => fs::create_dir(&file).unwrap(),
            }
            let mut child =
                tlstax(&path).args(command.split(' ')).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
            let ended = wait_for(|| child.try_wait().unwrap());
            if ended.is_none() {
                child.kill().unwrap();
            }
            let said = stderr(&child.wait_with_output().unwrap());
            assert_eq!(ended.and_then(|status| status.code()), expected, "{name}, {what}: {said}");
            assert!(said.contains(name) && said.contains(&format!("it is {what}")), "{name}, {what}: {said}");
            fs::remove_dir_all(&dir).unwrap();
        }
    }
}
