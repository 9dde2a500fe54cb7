//! Names of numbers from the network, including those that tlstax does not pin: versions and groups, as ledgers spell
//! them.

use crate::{Group, TlsVersion};

/// Whether a value is a GREASE value, which has no meaning and must be ignored (RFC 8701 §2).
pub fn is_grease(value: u16) -> bool {
    let [high, low] = value.to_be_bytes();
    high == low && low & 0x0f == 0x0a
}

/// The name of a `ProtocolVersion`, e.g. `TLSv1.3`; the number in hexadecimal if it has none.
pub fn version(number: u16) -> String {
    let older = || match number {
        0x0300 => Some("SSLv3"),
        0x0301 => Some("TLSv1.0"),
        0x0302 => Some("TLSv1.1"),
        _ => None,
    };
    named(number, TlsVersion::from_number(number).map(TlsVersion::registered).or_else(older))
}

/// IANA's name of a group in lower case, e.g. `x25519`; the number in hexadecimal if it has none.
pub fn group(number: u16) -> String {
    let other = || match number {
        0x0018 => Some("secp384r1"),
        0x0019 => Some("secp521r1"),
        0x001e => Some("x448"),
        0x0100 => Some("ffdhe2048"),
        0x0101 => Some("ffdhe3072"),
        0x0102 => Some("ffdhe4096"),
        0x0103 => Some("ffdhe6144"),
        0x0104 => Some("ffdhe8192"),
        0x11eb => Some("secp256r1mlkem768"),
        0x11ed => Some("secp384r1mlkem1024"),
        _ => None,
    };
    named(number, Group::from_number(number).map(Group::registered).or_else(other))
}

/// A number without a name, as it is displayed: `0x6399`.
pub fn hexadecimal(number: u16) -> String {
    format!("0x{number:04x}")
}

fn named(number: u16, name: Option<&str>) -> String {
    name.map_or_else(|| hexadecimal(number), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_registrys_names_or_are_shown_themselves() {
        assert_eq!((version(0x0304).as_str(), version(0x7f1c).as_str()), ("TLSv1.3", "0x7f1c"));
        assert_eq!((version(0x0303).as_str(), version(0x0301).as_str()), ("TLSv1.2", "TLSv1.0"));
        assert_eq!((group(0x11ec).as_str(), group(0x6399).as_str()), ("x25519mlkem768", "0x6399"));
        assert_eq!((group(0x0017).as_str(), group(0x0018).as_str()), ("secp256r1", "secp384r1"));
        assert!(is_grease(0x3a3a) && !is_grease(0x001d) && !is_grease(0x1a2a));
    }
}
