//! Standard output, whose loss is an error, and standard error, whose loss is none.

use std::fmt::Display;
use std::io::{self, Write};

use crate::plain::{answer, answer_in_json};

/// A line on standard error. Where nobody can read it, because the stream is closed or its disk full, the work goes on,
/// and its exit code still tells: a diagnostic that is lost changes nothing.
pub fn say(line: impl Display) {
    say_text(&format!("{line}\n"));
}

/// The same, for text of several lines with its own line ends. Its styles are left out where standard error is no
/// terminal.
pub fn say_text(text: &str) {
    let mut stderr = anstream::stderr().lock();
    let _ = stderr.write_all(answer(text).as_bytes()).and_then(|()| stderr.flush());
}

/// Text on standard output, with its own line ends. Its styles are left out where that is no terminal, and control
/// characters are shown instead of sent.
///
/// # Errors
/// When it cannot be written: an answer that is lost is a failure.
pub fn write(text: &str) -> io::Result<()> {
    put(&answer(text))
}

/// A JSON document on standard output. Its strings keep their meaning, and send no terminal an instruction.
///
/// # Errors
/// As [`write()`].
pub fn write_json(json: &str) -> io::Result<()> {
    put(&answer_in_json(json))
}

fn put(text: &str) -> io::Result<()> {
    let mut stdout = anstream::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())
}
