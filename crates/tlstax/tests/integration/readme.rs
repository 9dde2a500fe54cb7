//! The figures of README and of the findings are those of the committed runs: their marked parts, and the pictures
//! beside them, come out of the runs as they are committed.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::Value;

use crate::common::{code, folder, run, stderr, stdout};

/// The texts with such parts, each with the runs that its parts name, and the folder of its pictures.
const TEXTS: [(&str, &[&str], &str); 2] = [
    ("README.md", &["results/matrix-split", "results/scenarios/as-shipped"], "docs/pictures"),
    ("docs/findings.md", &["results/profile"], "pictures"),
];

#[test]
fn their_parts_and_pictures_are_what_the_committed_runs_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (text, runs, pictures) in TEXTS {
        let (_dir, path) = folder();
        let committed = fs::read_to_string(root.join(text)).unwrap();
        fs::create_dir(path.join("docs")).unwrap();
        fs::write(path.join(text), &committed).unwrap();
        symlink(root.join("results").canonicalize().unwrap(), path.join("results")).unwrap();
        for results in runs {
            let output = run(&path, &format!("report {results} --splice {text}"));
            assert_eq!(code(&output), Some(0), "{}", stderr(&output));
            let made = format!("`tlstax report {results} --splice {text}`");
            assert!(committed.split_whitespace().collect::<Vec<_>>().join(" ").contains(&made), "{made}");
        }
        assert_eq!(fs::read_to_string(path.join(text)).unwrap(), committed);
        let beside = Path::new(text).parent().unwrap().join(pictures);
        let drawn: Vec<_> = fs::read_dir(path.join(&beside)).unwrap().map(|entry| entry.unwrap()).collect();
        assert!(!drawn.is_empty());
        for picture in drawn {
            let name = picture.file_name();
            let then = fs::read(root.join(&beside).join(&name)).unwrap();
            assert!(fs::read(picture.path()).unwrap() == then, "{} is not what the run shows", name.display());
        }
    }
}

/// A figure in README's text: the words around it, the figure as it is written there, and where it comes from.
struct Claim {
    words: &'static str,
    written: &'static str,
    run: &'static str,
    section: &'static str,
    cell: &'static str,
    figure: &'static str,
    /// What a unit of the text is in units of the figure.
    unit: f64,
}

const fn claim(
    (words, written): (&'static str, &'static str),
    (run, section, cell): (&'static str, &'static str, &'static str),
    (figure, unit): (&'static str, f64),
) -> Claim {
    Claim { words, written, run, section, cell, figure, unit }
}

const WALL: (&str, f64) = ("wall_ns", 1e9);
const RATE: (&str, f64) = ("per_second", 1.0);
const CPU: (&str, f64) = ("client_us", 1.0);

const fn peer(words: &'static str, written: &'static str, section: &'static str, cell: &'static str) -> Claim {
    claim((words, written), ("peers", section, cell), CPU)
}

const CLAIMS: &[Claim] = &[
    claim(("in flight and take 0.12 s", "0.12"), ("waiting", "new-conn", "smol/hyper/rustls/new-conn"), WALL),
    claim(("2 in flight and takes 3.3 s", "3.3"), ("waiting", "new-conn", "rayon/ureq/rustls/new-conn"), WALL),
    claim(("serial code 6.5 s", "6.5"), ("waiting", "new-conn", "serial/ureq/rustls/new-conn"), WALL),
    claim(
        ("tokio-multi makes 3,100 a second", "3,100"),
        ("scale", "new-conn c=10000", "tokio-multi/hyper/rustls/new-conn"),
        RATE,
    ),
    claim(("a thread each 2,300", "2,300"), ("scale", "new-conn c=10000", "threads/ureq/rustls/new-conn"), RATE),
    claim(("come back in 4.1 to 4.5 s", "4.1"), ("delay-10000", "new-conn", "tokio-multi/hyper/rustls/new-conn"), WALL),
    claim(("to 4.5 s", "4.5"), ("delay-10000", "new-conn", "tokio-current/hyper/rustls/new-conn"), WALL),
    peer("wrk 6.3 / 8.8", "6.3", "own", "engine/wrk/plain/own"),
    peer("wrk 6.3 / 8.8", "8.8", "own", "engine/wrk/https/own"),
    peer("h2load 7.3 / 10.7", "7.3", "own", "engine/h2load/plain/own"),
    peer("h2load 7.3 / 10.7", "10.7", "own", "engine/h2load/https/own"),
    peer("tokio-current/hyper 9.0 / 10.1", "9.0", "keep-alive", "tokio-current/hyper/plain/keep-alive"),
    peer("tokio-current/hyper 9.0 / 10.1", "10.1", "keep-alive", "tokio-current/hyper/rustls/keep-alive"),
    peer("oha 10.3 / 12.5", "10.3", "own", "engine/oha/plain/own"),
    peer("oha 10.3 / 12.5", "12.5", "own", "engine/oha/https/own"),
    peer("bombardier 10.4 / 11.4", "10.4", "own", "engine/bombardier/plain/own"),
    peer("bombardier 10.4 / 11.4", "11.4", "own", "engine/bombardier/https/own"),
    peer("hey 18.8 / 22", "18.8", "own", "engine/hey/plain/own"),
    peer("hey 18.8 / 22", "22", "own", "engine/hey/https/own"),
];

/// The written number, and half a unit of its last significant digit.
fn number(written: &str) -> (f64, f64) {
    let digits = written.replace(',', "");
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len() as i32);
    let zeros = if decimals > 0 { 0 } else { (digits.len() - digits.trim_end_matches('0').len()) as i32 };
    (digits.parse().unwrap(), 0.5 * 10_f64.powi(zeros - decimals))
}

#[test]
fn figures_in_its_sentences_are_those_of_the_committed_runs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let readme = readme.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut shown: BTreeMap<&str, Value> = BTreeMap::new();
    for Claim { words, written, run, section, cell, figure, unit } in CLAIMS {
        assert!(words.contains(written) && readme.contains(words), "README does not say {words:?}");
        let shown = shown.entry(*run).or_insert_with(|| -> Value {
            serde_json::from_str(&stdout(&crate::common::run(&root, &format!("show results/{run} --json")))).unwrap()
        });
        let sections = shown["sections"].as_array().unwrap().iter().filter(|one| one["section"] == *section);
        let mut rows = sections.flat_map(|one| one["rows"].as_array().unwrap());
        let row = rows.find(|row| row["cell"] == *cell).unwrap_or_else(|| panic!("{run} has no {cell} in {section}"));
        let median = row["figures"][figure]["median"].as_f64().unwrap() / unit;
        let (said, half) = number(written);
        assert!((median - said).abs() <= half * 1.001, "{words}: {run}, {cell} has {median}");
    }
}
