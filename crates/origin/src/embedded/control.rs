//! Executes the commands that the supervisor sends on standard input, and writes the responses.

use std::io::{self, BufRead, Write};

use serde::Serialize;

use super::counters::Counters;
use crate::protocol::{LEDGER, MARK, Refusal};

/// Executes commands until the input ends or the output is closed; either means that the supervisor has ended.
pub(super) fn obey(input: impl BufRead, mut output: impl Write, counters: &Counters) {
    for line in input.lines() {
        let Ok(line) = line else { return };
        let answered = match line.trim() {
            LEDGER => say(&mut output, &counters.read()),
            MARK => {
                counters.mark();
                say(&mut output, &counters.read())
            }
            other => say(&mut output, &Refusal { error: format!("unknown command {other:?}: {LEDGER} or {MARK}") }),
        };
        if answered.is_err() {
            return;
        }
    }
}

/// Writes one line of JSON and flushes it.
pub(super) fn say(output: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    output.write_all(&line)?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use ledger::Ledger;

    use super::*;

    #[test]
    fn each_command_has_one_line_for_answer() {
        let mut output = Vec::new();
        obey("ledger\nmark\ndance\n".as_bytes(), &mut output, &Counters::default());
        let lines: Vec<&str> = std::str::from_utf8(&output).unwrap().lines().collect();
        assert_eq!(lines.len(), 3);
        let first: Ledger = serde_json::from_str(lines[0]).unwrap();
        let second: Ledger = serde_json::from_str(lines[1]).unwrap();
        assert!(second.now_ns >= first.now_ns);
        assert!(serde_json::from_str::<Refusal>(lines[2]).unwrap().error.contains("dance"));
    }
}
