//! What is installed beside the program: completion scripts and manual pages.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::{code, folder, run, stderr, stdout};

/// What `program` says of `input`, where it is installed.
fn fed(program: &str, arguments: &[&str], input: &str) -> Option<(bool, String)> {
    let program = which::which(program).ok()?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    // A program that has read enough is none of our business: what it says is judged.
    let _ = writer.join();
    Some((output.status.success(), format!("{}{}", stdout(&output), stderr(&output))))
}

/// The answer to `arguments`, which must succeed.
fn answer(folder: &Path, arguments: &str) -> String {
    let output = run(folder, arguments);
    assert_eq!(code(&output), Some(0), "{arguments}: {}", stderr(&output));
    stdout(&output)
}

#[test]
fn a_completion_script_is_one_that_its_shell_reads() {
    let (_dir, path) = folder();
    for (shell, arguments) in [("bash", &["-n"][..]), ("zsh", &["-n"]), ("fish", &["--no-execute"])] {
        let script = answer(&path, &format!("completions {shell}"));
        assert!(script.contains("reporting-tool") && script.contains("rounds"), "{shell}: {script}");
        if let Some((read, said)) = fed(shell, arguments, &script) {
            assert!(read && said.is_empty(), "{shell}: {said}");
        }
    }
    for shell in ["elvish", "powershell"] {
        assert!(answer(&path, &format!("completions {shell}")).contains("reporting-tool"), "{shell}");
    }
    assert_eq!(code(&run(&path, "completions csh")), Some(2));
}

#[test]
fn bash_completes_commands_and_options() {
    let (_dir, path) = folder();
    let script = answer(&path, "completions bash");
    let complete = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let (last, words) = (words[words.len() - 1], words.join("' '"));
        let ask = format!(
            "COMP_WORDS=('{words}'); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _tlstax tlstax '{last}' ''; \
             echo \"${{COMPREPLY[@]}}\""
        );
        let (read, said) = fed("bash", &["--norc"], &format!("{script}\n{ask}\n")).unwrap();
        assert!(read, "{said}");
        let mut completions: Vec<&str> = said.split_whitespace().collect();
        completions.sort_unstable();
        completions.join(" ")
    };
    assert_eq!(complete("tlstax repo"), "report reporting-tool");
    assert_eq!(complete("tlstax serve"), "");
    assert_eq!(complete("tlstax run --roun"), "--rounds");
}

#[test]
fn every_command_that_help_names_has_a_manual_page() {
    let (_dir, path) = folder();
    answer(&path, "man -o pages/man1");
    let help = answer(&path, "--help");
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "All commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(commands.len() > 8, "{help}");
    for command in commands {
        let page = std::fs::read_to_string(path.join(format!("pages/man1/tlstax-{command}.1"))).unwrap();
        assert!(page.contains(&format!(".TH tlstax-{command} 1")), "{page}");
        assert_eq!(page, answer(&path, &format!("man {command}")));
    }
    for hidden in ["engine", "relay", "serve-embedded"] {
        assert!(!path.join(format!("pages/man1/tlstax-{hidden}.1")).exists(), "{hidden}");
    }
    let page = answer(&path, "man");
    assert_eq!(page, std::fs::read_to_string(path.join("pages/man1/tlstax.1")).unwrap());
    for (formatter, arguments) in
        [("mandoc", &["-Tutf8", "-Werror"][..]), ("groff", &["-man", "-Tutf8", "-ww", "-rHY=0"])]
    {
        if let Some((formatted, said)) = fed(formatter, arguments, &page) {
            assert!(formatted && said.contains("reporting-tool"), "{formatter}: {said}");
        }
    }
}

#[test]
fn a_manual_page_that_cannot_be_is_refused_with_what_to_do() {
    let (_dir, path) = folder();
    let output = run(&path, "man frobnicate");
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("`tlstax --help`"), "{}", stderr(&output));
    std::fs::write(path.join("taken"), "").unwrap();
    let output = run(&path, "man -o taken/pages");
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("taken/pages") && stderr(&output).contains("-o"), "{}", stderr(&output));
}
