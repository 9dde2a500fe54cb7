//! Where nothing connects unless the user names it: link-local addresses, and the services that hand a machine's credentials to
//! whoever asks from it.
//!
//! What is resolved here is barred by address. What another proxy resolves is barred by how it is written, and that proxy may
//! read more spellings of an address than one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses of clouds' metadata services that are not link-local: Google (over IPv6), Scaleway (over IPv6), Alibaba, Azure's wire
/// server, Oracle.
const METADATA: [IpAddr; 5] = [
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
];

/// Names of such services, and what names below them end in.
const METADATA_NAMES: [&str; 4] = ["metadata", "metadata.google.internal", "metadata.goog", "instance-data"];
const METADATA_DOMAIN: &str = ".ec2.internal";

/// Whether nothing connects there unless the user names it.
pub(super) fn is_barred(address: IpAddr) -> bool {
    let address = address.to_canonical();
    let is_local = match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => {
            address.is_unicast_link_local()
                || is_of_ec2(address)
                || embedded(address).is_some_and(|inner| is_barred(inner.into()))
        }
    };
    is_local || METADATA.contains(&address)
}

/// Whether nothing connects to a host that is written so, whoever resolves it. `host` is in small letters and without brackets.
pub(super) fn is_barred_name(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    // Which link an address is on is no part of it (RFC 4007 §11).
    let address = host.split_once('%').map_or(host, |(address, _)| address);
    let is_instance_data = host.strip_suffix(METADATA_DOMAIN).is_some_and(|name| name == "instance-data");
    is_instance_data
        || METADATA_NAMES.contains(&host)
        || address.parse().is_ok_and(is_barred)
        || numeric(host).is_some_and(|address| is_barred(address.into()))
}

/// AWS keeps its services of a machine in fd00:ec2::/32: credentials, names, time, those of its pods.
fn is_of_ec2(address: Ipv6Addr) -> bool {
    matches!(address.segments(), [0xfd00, 0xec2, ..])
}

/// The IPv4 address that a gateway may carry on to, where an IPv6 address holds one: IPv4-compatible (::/96, RFC 4291 §2.5.5.1),
/// IPv4-translated (::ffff:0:0:0/96, RFC 2765 §2.1), translated (64:ff9b::/96, RFC 6052 §2.1; 64:ff9b:1::/48, RFC 8215 §4, where it
/// stands behind the prefix or, of a longer one, at the end), 6to4 (2002::/16, RFC 3056 §2).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let (high, low) = match address.segments() {
        [0, 0, 0, 0, 0, 0, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 1, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => (high, low),
        // Of a /48 the address surrounds the eighth byte, which is 0 (RFC 6052 §2.2).
        [0x64, 0xff9b, 1, high, low, last, 0, 0] if low < 0x100 && last & 0xff == 0 => (high, low << 8 | last >> 8),
        [0x64, 0xff9b, 1, _, _, _, high, low] => (high, low),
        _ => return None,
    };
    Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
}

/// An IPv4 address as inet_aton(3) reads it: one to four numbers, each decimal, octal (`0…`) or hexadecimal (`0x…`), the last of
/// which fills all bytes that are left.
fn numeric(host: &str) -> Option<Ipv4Addr> {
    let parts: Vec<u32> = host.split('.').map(number).collect::<Option<_>>()?;
    let (last, first) = parts.split_last().filter(|(_, first)| first.len() < 4)?;
    let left = 32 - 8 * u32::try_from(first.len()).ok()?;
    if u64::from(*last) >> left != 0 || first.iter().any(|part| *part > 0xff) {
        return None;
    }
    let shifted = first.iter().zip([24, 16, 8]).map(|(part, by)| part << by);
    Some(Ipv4Addr::from_bits(shifted.fold(*last, |all, part| all | part)))
}

fn number(text: &str) -> Option<u32> {
    let (digits, radix) = match (text.strip_prefix("0x"), text.strip_prefix('0')) {
        (Some(hexadecimal), _) => (hexadecimal, 16),
        (None, Some(octal)) if !octal.is_empty() => (octal, 8),
        _ => (text, 10),
    };
    // A sign is none of the digits.
    digits.chars().all(|digit| digit.is_digit(radix)).then(|| u32::from_str_radix(digits, radix).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_services_are_barred_by_whatever_address() {
        for barred in ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200"] {
            assert!(is_barred(barred.parse().unwrap()), "{barred}");
        }
        for barred in ["fd00:ec2::23", "fd00:ec2::123", "fd00:42::42", "fd20:ce::254"] {
            assert!(is_barred(barred.parse().unwrap()), "{barred}");
        }
        for barred in ["::169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "64:ff9b::100.100.100.200"] {
            assert!(is_barred(barred.parse().unwrap()), "{barred}");
        }
        for barred in [
            "::ffff:0:169.254.169.254",
            "64:ff9b:1::169.254.169.254",
            "64:ff9b:1:a9fe:a9:fe00::",
            "64:ff9b:1:7::a9fe:1",
        ] {
            assert!(is_barred(barred.parse().unwrap()), "{barred}");
        }
        for open in ["64:ff9b::192.0.2.1", "64:ff9b:1:c000:2:100::", "2002:c000:201::1", "::192.0.2.1", "::"] {
            assert!(!is_barred(open.parse().unwrap()), "{open}");
        }
        for open in ["127.0.0.1", "10.0.0.1", "192.0.2.1", "::1", "2001:db8::1", "fd00:42::43"] {
            assert!(!is_barred(open.parse().unwrap()), "{open}");
        }
    }

    #[test]
    fn metadata_services_are_barred_however_they_are_written() {
        for barred in [
            "169.254.169.254",
            "169.254.169.254.",
            "2852039166",
            "0xa9fea9fe",
            "0251.0376.0251.0376",
            "025177524776",
            "169.254.43518",
            "169.16689662",
            "0xa9.254.0251.254",
            "fe80::1%eth0",
            "fd00:ec2::254",
            "metadata",
            "metadata.google.internal.",
            "metadata.goog",
            "instance-data",
            "instance-data.ec2.internal",
        ] {
            assert!(is_barred_name(barred), "{barred}");
        }
        for open in [
            "api.test",
            "metadata.test",
            "ip-10-0-0-1.ec2.internal",
            "3232235777",
            "192.168.1",
            "169.254.169.254.1",
            "169.254.65536",
            "169.254.0x.1a",
            "+2852039166",
            "",
            ".",
        ] {
            assert!(!is_barred_name(open), "{open}");
        }
    }

    #[test]
    fn numbers_are_read_as_the_system_reads_them() {
        for (text, address) in [
            ("127.1", Some("127.0.0.1")),
            ("0", Some("0.0.0.0")),
            ("0x7f.0.0.01", Some("127.0.0.1")),
            ("4294967295", Some("255.255.255.255")),
            ("4294967296", None),
            ("256.1", None),
            ("08.1.1.1", None),
            ("1.2.3.256", None),
        ] {
            assert_eq!(numeric(text).map(|address| address.to_string()).as_deref(), address, "{text}");
        }
    }
}
