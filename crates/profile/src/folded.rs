//! Folded stacks, the text format that flamegraph tools share: a line per stack, with its thread and its frames, the
//! outermost first, separated by `;`, then a space, and the number of samples. Kernel functions end in `_[k]`.
//!
//! Objects, addresses and the clock have no place in the format and are lost.

use std::io::{self, Write};
use std::sync::Arc;

use crate::error::ProfileError;
use crate::stack::{Frame, KERNEL, Profile, Stack, UNKNOWN};

/// The mark of a kernel function.
const KERNEL_MARK: &str = "_[k]";

/// Written between the thread and the frames of a stack whose outermost frames are missing.
pub const TRUNCATED: &str = "[truncated]";

/// Why a text is not folded stacks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the folded stacks has no count behind its last space: {text:?}")]
pub struct NotFolded {
    line: usize,
    text: String,
}

/// The lines of `profile`, in the order of its stacks.
pub fn lines(profile: &Profile) -> Vec<String> {
    let text = |(stack, samples): (&Stack, &u64)| format!("{} {samples}", fold(stack));
    profile.stacks.iter().map(text).collect()
}

/// Writes `profile` as folded stacks.
///
/// # Errors
/// `writer` cannot be written to.
pub fn write(profile: &Profile, mut writer: impl Write) -> Result<(), ProfileError> {
    let written: io::Result<()> = lines(profile).iter().try_for_each(|line| writeln!(writer, "{line}"));
    written.map_err(|source| ProfileError::Write { what: "folded stacks", source })
}

/// Reads folded stacks; `period_ns` is the CPU time of one sample, which they do not contain. Writing the profile again
/// gives the same text, except for the order of its lines.
///
/// # Errors
///
/// A line has no count.
pub fn read(text: &str, period_ns: u64) -> Result<Profile, NotFolded> {
    let mut profile = Profile { period_ns, ..Profile::default() };
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let counted = line.rsplit_once(' ').and_then(|(stack, samples)| Some((stack, samples.parse::<u64>().ok()?)));
        let (stack, samples) = counted.ok_or_else(|| NotFolded { line: index + 1, text: line.to_owned() })?;
        let stack = unfold(stack);
        profile.samples = profile.samples.saturating_add(samples);
        profile.truncated = profile.truncated.saturating_add(if stack.truncated { samples } else { 0 });
        profile.kernel |= stack.frames.iter().any(|frame| frame.kernel);
        let seen = profile.stacks.entry(stack).or_default();
        *seen = seen.saturating_add(samples);
    }
    Ok(profile)
}

/// The text of a stack in a line, before the count.
pub(crate) fn fold(stack: &Stack) -> String {
    let mut text = plain(&stack.thread);
    if stack.truncated {
        text.push(';');
        text.push_str(TRUNCATED);
    }
    for frame in &stack.frames {
        text.push(';');
        text.push_str(&frame_text(frame));
    }
    text
}

/// The text of one frame in a line.
pub(crate) fn frame_text(frame: &Frame) -> String {
    let mut text = plain(&frame.name);
    if frame.kernel {
        text.push_str(KERNEL_MARK);
    }
    text
}

/// A name without the characters that have a meaning in the format.
pub(crate) fn plain(name: &str) -> String {
    name.replace([';', '\n', '\r'], ",")
}

fn unfold(text: &str) -> Stack {
    let mut parts = text.split(';').peekable();
    let thread = parts.next().unwrap_or_default().into();
    let truncated = parts.next_if_eq(&TRUNCATED).is_some();
    Stack { thread, frames: parts.map(frame).collect(), truncated }
}

fn frame(text: &str) -> Frame {
    let (name, kernel): (&str, bool) = text.strip_suffix(KERNEL_MARK).map_or((text, false), |name| (name, true));
    let object: Arc<str> = if kernel { KERNEL.into() } else { UNKNOWN.into() };
    Frame { name: name.into(), object, kernel }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "main;[truncated];f;g 7\nmain;a::B<..>::poll;<C as D>::e;tcp_sendmsg_[k] 12\nworker 1 2;f 3\n";

    #[test]
    fn what_is_read_and_written_again_is_the_same() {
        let profile = read(TEXT, 1000).unwrap();
        assert_eq!((profile.samples, profile.truncated, profile.kernel), (22, 7, true));
        let mut written = Vec::new();
        write(&profile, &mut written).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), {
            let mut lines: Vec<_> = TEXT.lines().collect();
            lines.sort_by_key(|line| unfold(line.rsplit_once(' ').unwrap().0));
            lines.join("\n") + "\n"
        });
        assert_eq!(read(&lines(&profile).join("\n"), 1000).unwrap(), profile);
    }

    #[test]
    fn a_name_with_a_separator_stays_one_frame() {
        let frame = Frame { name: "[u8; 4]\n".into(), object: "o".into(), kernel: false };
        let stack = Stack { thread: "t;u".into(), frames: vec![frame], truncated: false };
        let profile = Profile { stacks: [(stack, 1)].into(), ..Profile::default() };
        assert_eq!(lines(&profile), ["t,u;[u8, 4], 1"]);
    }

    #[test]
    fn a_line_without_a_count_is_named() {
        assert_eq!(read("a;b 1\n\na;c\n", 1).unwrap_err().line, 3);
        assert!(read("a;b -1", 1).is_err());
        assert_eq!(read("", 1).unwrap().samples, 0);
    }
}
