//! Mozilla's roots as PEM, the usual format of a CA bundle.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// All roots, concatenated.
pub(crate) fn roots() -> String {
    let mut pem = String::new();
    for root in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        let text = BASE64_STANDARD.encode(root);
        pem.push_str("-----BEGIN CERTIFICATE-----\n");
        let mut rest = text.as_str();
        // RFC 7468: lines of 64 characters. Base64 is ASCII, so any index is a boundary.
        while !rest.is_empty() {
            let (line, after) = rest.split_at(rest.len().min(64));
            pem.push_str(line);
            pem.push('\n');
            rest = after;
        }
        pem.push_str("-----END CERTIFICATE-----\n");
    }
    pem
}
