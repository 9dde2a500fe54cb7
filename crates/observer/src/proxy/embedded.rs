//! The IPv4 addresses that are embedded in an IPv6 address and that it may reach: through a translator, a tunnel, or a
//! system that treats one as the other.
//!
//! Only formats with a fixed prefix or interface identifier can be recognised. A network may also translate under a
//! prefix of its own choice (RFC 6052 §2.2, 32 to 96 bits) or tunnel under one (6rd, RFC 5969): such an address looks
//! like any other.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A format of IPv6 addresses: the prefix, and where they hold an IPv4 address.
struct Form {
    prefix: Ipv6Addr,
    /// The length of the prefix, bits.
    bits: u32,
    inner: fn(u128) -> u32,
}

const fn form(prefix: [u16; 4], bits: u32, inner: fn(u128) -> u32) -> Form {
    let [a, b, c, d] = prefix;
    Form { prefix: Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0), bits, inner }
}

const FORMS: [Form; 11] = [
    // IPv4-compatible (RFC 4291 §2.5.5.1).
    form([0, 0, 0, 0], 96, low),
    // IPv4-mapped (RFC 4291 §2.5.5.2).
    Form { prefix: Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), bits: 96, inner: low },
    // IPv4-translated (RFC 2765 §2.1).
    Form { prefix: Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, 0, 0), bits: 96, inner: low },
    // The well-known prefix for translation (RFC 6052 §2.1).
    form([0x64, 0xff9b, 0, 0], 96, low),
    // The prefix for local use (RFC 8215 §3) can contain translation prefixes of four lengths. An address does not
    // show which of them is used, and a translator need not check the bits that should be zero.
    form([0x64, 0xff9b, 1, 0], 48, behind::<48>),
    form([0x64, 0xff9b, 1, 0], 48, behind::<56>),
    form([0x64, 0xff9b, 1, 0], 48, behind::<64>),
    form([0x64, 0xff9b, 1, 0], 48, low),
    // 6to4 (RFC 3056 §2).
    form([0x2002, 0, 0, 0], 16, |address| low(address >> 80)),
    // Teredo (RFC 4380 §4): the server, and the client with every bit inverted.
    form([0x2001, 0, 0, 0], 32, |address| low(address >> 64)),
    form([0x2001, 0, 0, 0], 32, |address| !low(address)),
];

/// All IPv4 addresses that `address` may embed, in every format that it matches.
pub(super) fn embedded(address: Ipv6Addr) -> impl Iterator<Item = Ipv4Addr> {
    let bits = address.to_bits();
    let has = move |form: &&Form| (bits ^ form.prefix.to_bits()) >> (128 - form.bits) == 0;
    let of_prefixes = FORMS.iter().filter(has).map(move |form| (form.inner)(bits));
    of_prefixes.chain(isatap(address)).map(Ipv4Addr::from_bits)
}

/// ISATAP: below any prefix, an interface identifier of 0000:5efe or, where the IPv4 address is unique in the world,
/// 0200:5efe and the address (RFC 5214 §6.1).
fn isatap(address: Ipv6Addr) -> Option<u32> {
    let [.., unique, kind, _, _] = address.segments();
    (matches!(unique, 0 | 0x200) && kind == 0x5efe).then(|| low(address.to_bits()))
}

/// The 32 bits after a prefix of this length, without the ninth byte, which is reserved (RFC 6052 §2.2).
fn behind<const PREFIX: u32>(address: u128) -> u32 {
    let (high, below) = (address >> 64, address & (u128::MAX >> 72));
    low((high << 56 | below) >> (120 - 32 - PREFIX))
}

/// The last 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "the others are not wanted")]
fn low(bits: u128) -> u32 {
    bits as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standards_are_read() {
        for (text, inner) in [
            // RFC 4291 §2.5.5.
            ("::13.1.68.3", "13.1.68.3"),
            ("::ffff:129.144.52.38", "129.144.52.38"),
            // RFC 6052 §2.4, the prefixes for local use in the place of 2001:db8::.
            ("64:ff9b::192.0.2.33", "192.0.2.33"),
            ("64:ff9b:1:c000:2:2100::", "192.0.2.33"),
            ("64:ff9b:1:3c0:0:221::", "192.0.2.33"),
            ("64:ff9b:1:344:c0:2:2100::", "192.0.2.33"),
            ("64:ff9b:1:344::192.0.2.33", "192.0.2.33"),
            // RFC 4380 §4: server 192.0.2.45, client 192.0.2.33.
            ("2001:0:c000:22d:8000:63bf:3fff:fdde", "192.0.2.45"),
            ("2001:0:c000:22d:8000:63bf:3fff:fdde", "192.0.2.33"),
            // RFC 5214 §6.1.
            ("fe80::5efe:192.0.2.33", "192.0.2.33"),
            ("2001:db8:1:2:200:5efe:192.0.2.33", "192.0.2.33"),
        ] {
            let inner: Ipv4Addr = inner.parse().unwrap();
            assert!(embedded(text.parse().unwrap()).any(|found| found == inner), "{text} holds {inner}");
        }
    }

    #[test]
    fn other_addresses_hold_none() {
        for text in [
            "2001:db8::c000:221",
            "2001:1::c000:221",
            "64:ff9b:2::c000:221",
            "64:ff9c::c000:221",
            "2003:c000:221::",
            "2001:db8::100:5efe:c000:221",
            "2001:db8::5eff:c000:221",
            "fe80::c000:221",
        ] {
            assert_eq!(embedded(text.parse().unwrap()).next(), None, "{text}");
        }
    }
}
