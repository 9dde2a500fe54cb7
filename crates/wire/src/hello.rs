//! The hellos, and the server's key exchange of TLS 1.2: what was offered and what was chosen.

use params::registry;
use tls_parser::{TlsClientHelloContents, TlsServerHelloContents};

use crate::extension::{self, Malformed};
use crate::message::HEADER;
use crate::names;
use crate::octets::Octets;
use crate::{ClientHello, HelloRetry, ServerHello};

const TLS_1_3: u16 = 0x0304;
/// The random number by which a hello is a request for another one: SHA-256 of "HelloRetryRequest" (RFC 8446 §4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11,
    0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];
/// Values in the list of suites that are signals and not suites (RFC 5746 §3.3, RFC 7507 §3).
const SIGNALS: [u16; 2] = [0x00ff, 0x5600];

/// Parses the body of a client's hello.
pub(crate) fn client(body: &[u8]) -> Result<ClientHello, Malformed> {
    let (rest, parsed) = tls_parser::parse_tls_handshake_client_hello(body).map_err(|_| "its fixed fields")?;
    ended(rest)?;
    let mut hello = ClientHello {
        server_name: None,
        versions: Vec::new(),
        groups: Vec::new(),
        key_shares: Vec::new(),
        suites: suites(&parsed),
        alpn: Vec::new(),
        offers_ticket: false,
        offers_psk: false,
        early_data: false,
        bytes: u32::try_from(HEADER + body.len()).unwrap_or(u32::MAX),
    };
    extension::each(parsed.ext.unwrap_or_default(), |kind, body| {
        match kind {
            extension::SERVER_NAME => hello.server_name = extension::server_name(body)?,
            extension::SUPPORTED_VERSIONS => hello.versions = extension::versions(body)?,
            extension::SUPPORTED_GROUPS => hello.groups = extension::groups(body)?,
            extension::KEY_SHARE => hello.key_shares = extension::key_shares(body)?,
            extension::ALPN => hello.alpn = extension::alpn(body)?,
            extension::SESSION_TICKET => hello.offers_ticket = !body.is_empty(),
            extension::PRE_SHARED_KEY => hello.offers_psk = true,
            extension::EARLY_DATA => hello.early_data = true,
            _ => {}
        }
        Ok(())
    })?;
    if hello.versions.is_empty() {
        hello.versions.push(registry::version(parsed.version.0));
    }
    // With TLS 1.3 the session ID is there for middleboxes only (RFC 8446 §D.4).
    let offers_13 = hello.versions.contains(&registry::version(TLS_1_3));
    hello.offers_ticket |= !offers_13 && parsed.session_id.is_some();
    Ok(hello)
}

fn suites(hello: &TlsClientHelloContents<'_>) -> u16 {
    let real = hello.ciphers.iter().filter(|suite| !registry::is_grease(suite.0) && !SIGNALS.contains(&suite.0));
    u16::try_from(real.count()).unwrap_or(u16::MAX)
}

/// What a ServerHello message is: a request for another ClientHello, or the server's choice.
#[derive(Debug)]
pub(crate) enum ServerReply {
    Retry(HelloRetry),
    Hello { hello: ServerHello, tls13: bool },
}

/// Parses the body of a server's hello.
pub(crate) fn server(body: &[u8]) -> Result<ServerReply, Malformed> {
    let (rest, parsed) = tls_parser::parse_tls_handshake_server_hello(body).map_err(|_| "its fixed fields")?;
    ended(rest)?;
    let retry = parsed.random == RETRY;
    let (hello, tls13) = server_hello(&parsed, retry)?;
    Ok(if retry { ServerReply::Retry(HelloRetry { group: hello.group }) } else { ServerReply::Hello { hello, tls13 } })
}

fn server_hello(parsed: &TlsServerHelloContents<'_>, retry: bool) -> Result<(ServerHello, bool), Malformed> {
    let mut version = parsed.version.0;
    let mut hello = ServerHello {
        version: String::new(),
        suite: names::suite(parsed.cipher.0),
        group: None,
        alpn: None,
        psk: false,
        promises_ticket: false,
    };
    extension::each(parsed.ext.unwrap_or_default(), |kind, body| {
        match kind {
            extension::SUPPORTED_VERSIONS => version = extension::chosen_version(body)?,
            extension::KEY_SHARE => hello.group = Some(extension::chosen_group(body, retry)?),
            extension::ALPN => hello.alpn = extension::alpn(body)?.into_iter().next(),
            extension::SESSION_TICKET => hello.promises_ticket = body.is_empty(),
            extension::PRE_SHARED_KEY => hello.psk = true,
            _ => {}
        }
        Ok(())
    })?;
    hello.version = registry::version(version);
    Ok((hello, version >= TLS_1_3))
}

fn ended(rest: &[u8]) -> Result<(), Malformed> {
    if rest.is_empty() { Ok(()) } else { Err("what follows its last field") }
}

/// The group of a server's key exchange under `suite` (RFC 8422 §5.4); `None` for an exchange without a named group.
pub(crate) fn exchanged_group(suite: &str, body: &[u8]) -> Result<Option<String>, Malformed> {
    // With a pre-shared key the message begins with an identity hint (RFC 5489 §2).
    let elliptic = suite.starts_with("TLS_ECDHE_") || suite.starts_with("TLS_ECDH_anon_");
    if !elliptic || suite.starts_with("TLS_ECDHE_PSK_") {
        return Ok(None);
    }
    let mut body = Octets(body);
    match body.u8().ok_or("its kind of curve")? {
        3 => body.u16().map(|group| Some(registry::group(group))).ok_or("its group"),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_of_a_key_exchange_is_there_with_elliptic_curves_only() {
        let group = |suite, body| exchanged_group(suite, body).unwrap();
        assert_eq!(group("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", &[3, 0, 0x17]), Some("secp256r1".to_owned()));
        assert_eq!(group("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", &[3, 0, 0x17]), None);
        assert_eq!(group("TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA", &[3, 0, 0x17]), None);
        assert!(exchanged_group("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", &[3, 0]).is_err());
    }

    #[test]
    fn an_old_clients_highest_version_and_its_session_are_read() {
        let mut body = [&[3, 3][..], &[0; 32], &[1, 7], &[0, 6, 0xc0, 0x2f, 0x0a, 0x0a, 0, 0xff], &[1, 0]].concat();
        let hello = client(&body).unwrap();
        assert_eq!((hello.versions.as_slice(), hello.suites), (&["TLSv1.2".to_owned()][..], 1));
        assert!(hello.offers_ticket && !hello.offers_psk);
        assert_eq!(hello.bytes, 4 + body.len() as u32);
        body.push(0);
        assert_eq!(client(&body).unwrap_err(), "what follows its last field");
    }
}
