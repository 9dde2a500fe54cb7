//! Errors of libraries that make connections themselves, by the part of the request that failed.

use std::error::Error;

use crate::{ErrorKind, FetchError};

/// The error of a request. Such libraries call every error before the request a connect error; a failed handshake
/// shows in its causes.
pub(super) fn classify(is_connect: bool, error: &dyn Error) -> FetchError {
    let words = with_causes(error);
    let in_tls = ["certificate", "handshake", "SSL", "ssl"].iter().any(|word| words.contains(word));
    match (is_connect, in_tls) {
        (true, true) => ErrorKind::Tls.because(words),
        (true, false) => ErrorKind::Connect.because(words),
        (false, _) => ErrorKind::Http.because(words),
    }
}

/// The text of an error with its causes, which the library's own text omits.
pub(super) fn with_causes(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(&format!(": {error}"));
        cause = error.source();
    }
    words
}
