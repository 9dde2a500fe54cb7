//! Parses the extensions of hellos: their list, and the bodies of those that are read. Parsing is strict: a length that
//! doesn't fit is an error.

use params::registry;

use crate::names;
use crate::octets::Octets;

/// The extensions that are read (RFC 8446 §4.2, RFC 6066 §3, RFC 7301 §3.1, RFC 5077 §3.2).
pub(crate) const SERVER_NAME: u16 = 0;
pub(crate) const SUPPORTED_GROUPS: u16 = 10;
pub(crate) const ALPN: u16 = 16;
pub(crate) const SESSION_TICKET: u16 = 35;
pub(crate) const PRE_SHARED_KEY: u16 = 41;
pub(crate) const EARLY_DATA: u16 = 42;
pub(crate) const SUPPORTED_VERSIONS: u16 = 43;
pub(crate) const KEY_SHARE: u16 = 51;

/// The most entries of a list that are kept.
pub(crate) const MOST: usize = 64;

/// Which part of a message can't be parsed.
pub(crate) type Malformed = &'static str;

/// Calls `read` with the type and the body of each extension of `list`.
pub(crate) fn each<'a>(
    list: &'a [u8],
    mut read: impl FnMut(u16, Octets<'a>) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    let mut list = Octets(list);
    while !list.is_empty() {
        let (Some(kind), Some(body)) = (list.u16(), list.field16()) else {
            return Err("the list of extensions");
        };
        read(kind, Octets(body))?;
    }
    Ok(())
}

/// The host in a client's server_name. Names of other kinds have never been defined.
pub(crate) fn server_name(mut body: Octets<'_>) -> Result<Option<String>, Malformed> {
    let field = "the extension server_name";
    let mut names = list(body.field16(), body, field)?;
    let mut host = None;
    while !names.is_empty() {
        let (Some(kind), Some(name)) = (names.u8(), names.field16()) else { return Err(field) };
        if kind == 0 && host.is_none() {
            host = Some(names::shown(name));
        }
    }
    Ok(host)
}

/// The protocols of ALPN: a client's offers, or the one that a server chose.
pub(crate) fn alpn(mut body: Octets<'_>) -> Result<Vec<String>, Malformed> {
    let field = "the extension application_layer_protocol_negotiation";
    let mut protocols = list(body.field16(), body, field)?;
    let mut names = Vec::new();
    while !protocols.is_empty() {
        let name = protocols.field8().ok_or(field)?;
        // ALPN has GREASE values too, of two bytes.
        if names.len() < MOST
            && !<[u8; 2]>::try_from(name).is_ok_and(|name| registry::is_grease(u16::from_be_bytes(name)))
        {
            names.push(names::shown(name));
        }
    }
    Ok(names)
}

/// A client's groups.
pub(crate) fn groups(mut body: Octets<'_>) -> Result<Vec<String>, Malformed> {
    let field = "the extension supported_groups";
    numbers(list(body.field16(), body, field)?, registry::group, field)
}

/// A client's versions.
pub(crate) fn versions(mut body: Octets<'_>) -> Result<Vec<String>, Malformed> {
    let field = "the extension supported_versions";
    numbers(list(body.field8(), body, field)?, registry::version, field)
}

/// The groups of a client's key shares.
pub(crate) fn key_shares(mut body: Octets<'_>) -> Result<Vec<String>, Malformed> {
    let field = "the extension key_share";
    let mut shares = list(body.field16(), body, field)?;
    let mut groups = Vec::new();
    while !shares.is_empty() {
        let (Some(group), Some(_)) = (shares.u16(), shares.field16()) else { return Err(field) };
        if groups.len() < MOST && !registry::is_grease(group) {
            groups.push(registry::group(group));
        }
    }
    Ok(groups)
}

/// The group of a server's key share. In a HelloRetryRequest (`retry`) the share holds no key.
pub(crate) fn chosen_group(mut body: Octets<'_>, retry: bool) -> Result<String, Malformed> {
    let field = "the extension key_share";
    let group = body.u16().ok_or(field)?;
    if !retry {
        body.field16().ok_or(field)?;
    }
    if body.is_empty() { Ok(registry::group(group)) } else { Err(field) }
}

/// The version that a server of TLS 1.3 chose.
pub(crate) fn chosen_version(mut body: Octets<'_>) -> Result<u16, Malformed> {
    let version = body.u16().filter(|_| body.is_empty());
    version.ok_or("the extension supported_versions")
}

/// Checks that a body is one length-prefixed list with nothing after it.
fn list<'a>(counted: Option<&'a [u8]>, rest: Octets<'a>, field: Malformed) -> Result<Octets<'a>, Malformed> {
    counted.filter(|_| rest.is_empty()).map(Octets).ok_or(field)
}

fn numbers(mut list: Octets<'_>, name: fn(u16) -> String, field: Malformed) -> Result<Vec<String>, Malformed> {
    let mut named = Vec::new();
    while !list.is_empty() {
        let number = list.u16().ok_or(field)?;
        if named.len() < MOST && !registry::is_grease(number) {
            named.push(name(number));
        }
    }
    Ok(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_without_grease() {
        assert_eq!(versions(Octets(&[6, 0x3a, 0x3a, 3, 4, 3, 3])).unwrap(), ["TLSv1.3", "TLSv1.2"]);
        assert_eq!(groups(Octets(&[0, 4, 0x11, 0xec, 0, 0x1d])).unwrap(), ["x25519mlkem768", "x25519"]);
        assert_eq!(key_shares(Octets(&[0, 11, 0x1a, 0x1a, 0, 1, 0, 0, 0x1d, 0, 2, 7, 7])).unwrap(), ["x25519"]);
        assert_eq!(alpn(Octets(b"\0\x06\x02\x8a\x8a\x02h2")).unwrap(), ["h2"]);
        assert_eq!(server_name(Octets(b"\0\x06\0\0\x03a.b")).unwrap(), Some("a.b".to_owned()));
        let many = [&[1, 0][..], &[0, 0x1d].repeat(128)].concat();
        assert_eq!(groups(Octets(&many)).unwrap().len(), MOST);
    }

    #[test]
    fn a_length_that_lies_is_an_error() {
        for (what, good) in [
            ("groups", &[0, 2, 0, 0x1d][..]),
            ("versions", &[2, 3, 4]),
            ("key_shares", &[0, 5, 0, 0x1d, 0, 1, 9]),
            ("alpn", b"\0\x03\x02h2"),
            ("server_name", b"\0\x06\0\0\x03a.b"),
            ("share", &[0, 0x1d, 0, 1, 9]),
        ] {
            let parses = |bytes: &[u8]| match what {
                "groups" => groups(Octets(bytes)).is_ok(),
                "versions" => versions(Octets(bytes)).is_ok(),
                "key_shares" => key_shares(Octets(bytes)).is_ok(),
                "alpn" => alpn(Octets(bytes)).is_ok(),
                "server_name" => server_name(Octets(bytes)).is_ok(),
                _ => chosen_group(Octets(bytes), false).is_ok(),
            };
            assert!(parses(good), "{what}");
            assert!((0..good.len()).all(|end| !parses(&good[..end])), "{what}, cut");
            assert!(!parses(&[good, &[0]].concat()), "{what}, with more after it");
        }
    }
}
