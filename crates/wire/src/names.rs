//! IANA's names of cipher suites and alerts, and text from the network made safe to show. Versions and groups are named
//! by crate `params`.

use params::registry::hexadecimal;
use tls_parser::TlsCipherSuite;

/// The most bytes that are shown of a text from the network.
const SHOWN: usize = 255;

/// IANA's name of a cipher suite; the number in hexadecimal where it has none.
pub(crate) fn suite(number: u16) -> String {
    TlsCipherSuite::from_id(number).map_or_else(|| hexadecimal(number), |suite| suite.name.to_owned())
}

pub(crate) fn alert_level(number: u8) -> String {
    match number {
        1 => "warning".to_owned(),
        2 => "fatal".to_owned(),
        other => other.to_string(),
    }
}

pub(crate) fn alert(number: u8) -> String {
    let name = match number {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        21 => "decryption_failed",
        22 => "record_overflow",
        30 => "decompression_failure",
        40 => "handshake_failure",
        41 => "no_certificate",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        52 => "too_many_cids_requested",
        60 => "export_restriction",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        100 => "no_renegotiation",
        109 => "missing_extension",
        110 => "unsupported_extension",
        111 => "certificate_unobtainable",
        112 => "unrecognized_name",
        113 => "bad_certificate_status_response",
        114 => "bad_certificate_hash_value",
        115 => "unknown_psk_identity",
        116 => "certificate_required",
        117 => "general_error",
        120 => "no_application_protocol",
        121 => "ech_required",
        other => return other.to_string(),
    };
    name.to_owned()
}

/// The first bytes of `text`, with what isn't UTF-8 replaced and what doesn't print escaped.
pub(crate) fn shown(text: &[u8]) -> String {
    let kept = text.get(..SHOWN).unwrap_or(text);
    String::from_utf8_lossy(kept).escape_debug().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_registrys_names_or_are_shown_themselves() {
        assert_eq!((suite(0x1301).as_str(), suite(0x1234).as_str()), ("TLS_AES_128_GCM_SHA256", "0x1234"));
        assert_eq!(suite(0xcca9), "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256");
        assert_eq!((alert(48).as_str(), alert(200).as_str()), ("unknown_ca", "200"));
    }

    #[test]
    fn text_off_the_network_cannot_steer_a_terminal_and_has_an_end() {
        assert_eq!(shown(b"host\x1b[2J\r\n"), "host\\u{1b}[2J\\r\\n");
        assert_eq!(shown("a\u{202e}b".as_bytes()), "a\\u{202e}b");
        assert_eq!(shown(b"\xff"), "\u{fffd}");
        assert_eq!(shown(&[b'x'; 70_000]).len(), 255);
    }
}
