//! Determines whether a request asks for its connection to be closed, whichever side then closes it first.

use hyper::header::CONNECTION;
use hyper::{Request, Version};

/// Whether the `Connection` header contains `close` (RFC 9110, 7.6.1), or the request uses HTTP/1.0 without
/// `keep-alive` there (RFC 9112, 9.3).
pub(super) fn asks_to_close<B>(request: &Request<B>) -> bool {
    let has = |wanted: &str| {
        let values = request.headers().get_all(CONNECTION).into_iter();
        let mut options = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
        options.any(|option| option.trim_ascii().eq_ignore_ascii_case(wanted.as_bytes()))
    };
    has("close") || (request.version() == Version::HTTP_10 && !has("keep-alive"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(version: Version, connection: &[&str]) -> bool {
        let mut request = Request::get("/").version(version);
        for value in connection {
            request = request.header(CONNECTION, *value);
        }
        asks_to_close(&request.body(()).unwrap())
    }

    #[test]
    fn close_is_one_of_the_options_in_any_spelling() {
        for connection in [&["close"][..], &["Close"], &["keep-alive, CLOSE"], &["te ,\tclose"], &["te", "close"]] {
            assert!(asks(Version::HTTP_11, connection), "{connection:?}");
        }
        for connection in [&[][..], &["keep-alive"], &["closed"], &["not close"], &["te, upgrade"], &[""]] {
            assert!(!asks(Version::HTTP_11, connection), "{connection:?}");
        }
    }

    #[test]
    fn http_1_0_closes_unless_told_otherwise() {
        assert!(asks(Version::HTTP_10, &[]));
        assert!(asks(Version::HTTP_10, &["te"]));
        assert!(asks(Version::HTTP_10, &["keep-alive, close"]));
        assert!(!asks(Version::HTTP_10, &["Keep-Alive"]));
    }
}
