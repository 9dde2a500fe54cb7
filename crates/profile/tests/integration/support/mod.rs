//! Support for the tests of the sampler: whether the system allows sampling, and stacks written in one line.

use std::sync::Arc;

use profile::stack::{Frame, Stack};
use profile::{ProfileError, Sampler};
use workload::catalog::{Charged, CostClass};

/// tlstax's modules, under the names that they had when the stacks of the tests were sampled, with their classes.
pub(crate) const OWN: &[Charged] = &[
    Charged { class: CostClass::Harness, path: "fetch" },
    Charged { class: CostClass::Http, path: "fetch::clients" },
    Charged { class: CostClass::Harness, path: "fetch::clients::hyper::Marked" },
    Charged { class: CostClass::Harness, path: "fetch::clients::ureq::Marked" },
    Charged { class: CostClass::Http, path: "fetch::connection" },
    Charged { class: CostClass::Harness, path: "fetch::connection::stamped_stream" },
    Charged { class: CostClass::TlsState, path: "fetch::tls" },
    Charged { class: CostClass::Harness, path: "handshake" },
    Charged { class: CostClass::Harness, path: "harness" },
    Charged { class: CostClass::Harness, path: "measure" },
    Charged { class: CostClass::Harness, path: "tlstax" },
];

/// The sampler; `None` where the system forbids sampling, in which case its error must say what to set. In CI that
/// fails the test, because nothing would be tested.
pub(crate) fn allowed(sampler: Result<Sampler, ProfileError>) -> Option<Sampler> {
    match sampler {
        Ok(sampler) => Some(sampler),
        Err(error @ ProfileError::Forbidden { .. }) => {
            let text = error.to_string();
            assert!(text.contains("kernel.perf_event_paranoid") && text.contains("CAP_PERFMON"), "{text}");
            assert!(std::env::var_os("CI").is_none(), "in CI the system must allow sampling: {text}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// A stack from its folded form: outermost frame first, `;` between, `_[k]` after the kernel's frames and `_[c]` after
/// the C library's; a frame without a name is its object's in brackets; the thread's name comes first.
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
