//! Addresses that the proxy refuses by default (SSRF protection): link-local addresses, and cloud metadata services,
//! which give a machine's credentials to any process on it.
//!
//! A host that is resolved here is blocked by its address. A host that an upstream proxy resolves is blocked by its
//! spelling; that proxy may accept several spellings of an address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::Host;

use super::embedded::embedded;

/// Addresses of clouds' metadata services that are not link-local: Google (over IPv6), Scaleway (over IPv6), Alibaba,
/// Azure's wire server, Oracle.
const METADATA: [IpAddr; 5] = [
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
];

/// Names of such services. Their subdomains are blocked too.
const METADATA_NAMES: [&str; 4] = ["metadata", "metadata.google.internal", "metadata.goog", "instance-data"];
const METADATA_DOMAIN: &str = ".ec2.internal";

/// Whether the proxy refuses `address` unless the user has allowed it.
pub(super) fn is_barred(address: IpAddr) -> bool {
    let is_local = match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => {
            address.is_unicast_link_local()
                || is_of_ec2(address)
                || embedded(address).any(|inner| is_barred(inner.into()))
        }
    };
    is_local || METADATA.contains(&address)
}

/// Whether the proxy refuses a host by its spelling, whoever resolves it. `host` is in lower case and without brackets.
pub(super) fn is_barred_name(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    if host.contains(':') {
        // A zone index is not part of the address (RFC 4007 §11).
        let address = host.split_once('%').map_or(host, |(address, _)| address);
        return address.parse().is_ok_and(is_barred);
    }
    let as_in_url = match as_in_url(host) {
        Some(Host::Domain(name)) => is_metadata_name(name.trim_end_matches('.')),
        Some(Host::Ipv4(address)) => is_barred(address.into()),
        Some(Host::Ipv6(address)) => is_barred(address.into()),
        None => false,
    };
    as_in_url || is_metadata_name(host) || with_zeros(host).is_some_and(|address| is_barred(address.into()))
}

fn is_metadata_name(host: &str) -> bool {
    let is_instance_data = host.strip_suffix(METADATA_DOMAIN).is_some_and(|name| name == "instance-data");
    is_instance_data || METADATA_NAMES.contains(&host)
}

/// AWS provides a machine's services in fd00:ec2::/32: credentials, DNS, time, and credentials of its pods.
fn is_of_ec2(address: Ipv6Addr) -> bool {
    matches!(address.segments(), [0xfd00, 0xec2, ..])
}

/// Parses `host` as browsers do (WHATWG's URL standard): bytes may be percent-encoded, letters and digits may be
/// Unicode compatibility forms, and an IPv4 address may, as for inet_aton(3), be one to four numbers, each decimal,
/// octal (`0…`) or hexadecimal (`0x…`), of which the last fills all remaining bytes.
fn as_in_url(host: &str) -> Option<Host> {
    Host::parse(host).ok()
}

/// Parses an IPv4 address of four decimal numbers, as a program does that ignores leading zeros.
fn with_zeros(host: &str) -> Option<Ipv4Addr> {
    let numbers = host.split('.').map(|number| match number.trim_start_matches('0') {
        "" if !number.is_empty() => "0",
        number => number,
    });
    numbers.collect::<Vec<_>>().join(".").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// IPv4 addresses that are blocked, and some that are not, among them neighbours.
    const BARRED: [[u8; 4]; 6] = [
        [169, 254, 169, 254],
        [169, 254, 0, 0],
        [169, 254, 255, 255],
        [100, 100, 100, 200],
        [168, 63, 129, 16],
        [192, 0, 0, 192],
    ];
    const OPEN: [[u8; 4]; 8] = [
        [192, 0, 2, 1],
        [169, 253, 255, 255],
        [169, 255, 0, 0],
        [100, 100, 100, 201],
        [127, 0, 0, 1],
        [10, 0, 0, 1],
        [255, 255, 255, 255],
        [0, 0, 0, 1],
    ];

    type Write = fn([u8; 4]) -> String;

    fn dotted([a, b, c, d]: [u8; 4]) -> String {
        format!("{a}.{b}.{c}.{d}")
    }

    fn hex([a, b, c, d]: [u8; 4]) -> String {
        format!("{a:02x}{b:02x}:{c:02x}{d:02x}")
    }

    fn inverted(inner: [u8; 4]) -> String {
        hex(inner.map(|byte| !byte))
    }

    /// Every format of an IPv6 address that embeds an IPv4 address.
    const EMBEDDINGS: &[(&str, Write)] = &[
        ("IPv4-compatible", |inner| format!("::{}", hex(inner))),
        ("IPv4-compatible, dotted", |inner| format!("::{}", dotted(inner))),
        ("IPv4-mapped", |inner| format!("::ffff:{}", hex(inner))),
        ("IPv4-mapped, dotted", |inner| format!("::ffff:{}", dotted(inner))),
        ("IPv4-translated", |inner| format!("::ffff:0:{}", hex(inner))),
        ("well-known prefix", |inner| format!("64:ff9b::{}", hex(inner))),
        ("local use, /48", |[a, b, c, d]| format!("64:ff9b:1:{a:02x}{b:02x}:{c:x}:{d:02x}00::")),
        ("local use, /48, its suffix set", |[a, b, c, d]| format!("64:ff9b:1:{a:02x}{b:02x}:ff{c:02x}:{d:02x}ff:1:2")),
        ("local use, /56", |[a, b, c, d]| format!("64:ff9b:1:7{a:02x}:{b:x}:{c:02x}{d:02x}::")),
        ("local use, /64", |[a, b, c, d]| format!("64:ff9b:1:7:{a:x}:{b:02x}{c:02x}:{d:02x}00:0")),
        ("local use, /96", |inner| format!("64:ff9b:1:7:8:9:{}", hex(inner))),
        ("6to4", |inner| format!("2002:{}::", hex(inner))),
        ("6to4, a host of a network", |inner| format!("2002:{}:7:8:9:a:b", hex(inner))),
        ("Teredo's client", |inner| format!("2001:0:c000:22d:8000:63bf:{}", inverted(inner))),
        ("Teredo's server", |inner| format!("2001:0:{}:8000:63bf:3fff:fdd2", hex(inner))),
        ("ISATAP", |inner| format!("2001:db8:1:2:0:5efe:{}", hex(inner))),
        ("ISATAP, unique in the world", |inner| format!("2001:db8:1:2:200:5efe:{}", hex(inner))),
    ];

    #[test]
    fn an_ipv6_address_is_barred_by_the_ipv4_address_that_it_leads_to() {
        for (form, write) in EMBEDDINGS {
            for inner in BARRED {
                let text = write(inner);
                assert!(is_barred(text.parse().unwrap()), "{form}: {text} leads to {inner:?}");
                assert!(is_barred_name(&text) && is_barred_name(&format!("{text}%eth0")), "{form}: {text}");
            }
            for inner in OPEN {
                let text = write(inner);
                assert!(!is_barred(text.parse().unwrap()), "{form}: {text} leads to {inner:?}");
                assert!(!is_barred_name(&text), "{form}: {text}");
            }
        }
    }

    #[test]
    fn every_ipv4_address_comes_out_of_every_form_as_it_went_in() {
        // With an odd step, 65,536 different addresses are visited.
        for at in 0..1_u32 << 16 {
            let inner = at.wrapping_mul(0x9e37_79b1);
            let (form, write) = EMBEDDINGS[at as usize % EMBEDDINGS.len()];
            let address: Ipv6Addr = write(inner.to_be_bytes()).parse().unwrap();
            let inner = Ipv4Addr::from_bits(inner);
            assert!(embedded(address).any(|found| found == inner), "{form}: {address} leads to {inner}");
        }
    }

    #[test]
    fn metadata_services_are_barred_by_whatever_address() {
        let barred = ["169.254.169.254", "fe80::1", "100.100.100.200", "fd00:42::42", "fd20:ce::254"];
        let of_ec2 = ["fd00:ec2::23", "fd00:ec2::123", "fd00:ec2::254"];
        for barred in barred.into_iter().chain(of_ec2) {
            assert!(is_barred(barred.parse().unwrap()), "{barred}");
        }
        for open in ["127.0.0.1", "10.0.0.1", "192.0.2.1", "::1", "::", "2001:db8::1", "fd00:42::43"] {
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
            "169.254.169.0x",
            "0169.0254.0169.0254",
            "100.100.0100.200",
            "169%2e254%2e169%2e254",
            "%31%36%39.254.169.254",
            "１６９．２５４．１６９．２５４",
            "169。254。169。254",
            "fe80::1%eth0",
            "fd00:ec2::254",
            "metadata",
            "metadata.google.internal.",
            "metadata.google%2einternal",
            "ｍetadata.goog",
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
            "192.168.01.1",
            "169.254.169.254.1",
            "169.254.65536",
            "169.254.0x.1a",
            "+2852039166",
            "bücher.test",
            "",
            ".",
        ] {
            assert!(!is_barred_name(open), "{open}");
        }
    }

    #[test]
    fn ipv4_addresses_are_read_as_the_system_reads_them() {
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
            let address = address.map(|address| Host::Ipv4(address.parse().unwrap()));
            assert_eq!(as_in_url(text), address, "{text}");
        }
    }
}
