//! Folded stacks: outermost frame first, `;` between, `_[k]` behind the kernel's frames and `_[c]` behind the C library's;
//! a frame without a name is its object's in brackets; the thread's name stands first and the samples last.

use std::sync::Arc;

use profile::stack::{Frame, Stack};

pub(crate) fn stack(folded: &str) -> Stack {
    let mut parts = folded.split(';');
    let thread = parts.next().unwrap_or_default().into();
    Stack { thread, frames: parts.map(frame).collect(), truncated: false }
}

fn frame(text: &str) -> Frame {
    let of = |name: &str, object: &str, kernel| Frame { name: Arc::from(name), object: Arc::from(object), kernel };
    if let Some(name) = text.strip_suffix("_[k]") {
        return of(name, "[kernel]", true);
    }
    if let Some(name) = text.strip_suffix("_[c]") {
        return of(name, "libc.so.6", false);
    }
    match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        Some(object) => of("[unknown]", object, false),
        None => of(text, "tlstax", false),
    }
}
