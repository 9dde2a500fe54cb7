//! The parameters to which handshakes are pinned, by the run and by a cell's axes and kind of connection, and their
//! names in the ledger. Also the parameters that the origin allows a stock client.

use measure::result::Handshake;
use origin::{Kind, Pins};
use params::{CertificateKey, Chain, Group, Suite};
use workload::{Axes, Cell, Connection};

/// The pins of `cell`: those of the run, changed by its axes and its kind of connection.
pub(crate) fn pins(usual: &Pins, cell: &Cell) -> Pins {
    let mut pins = usual.clone();
    let (axes, default) = (cell.axes, Axes::default());
    if axes.tls_version != default.tls_version {
        pins.tls_version = axes.tls_version;
    }
    if axes.group != default.group {
        pins.groups = vec![axes.group];
    }
    pins.tickets |= cell.connection == Connection::Resumed;
    pins
}

/// The pins for a stock client: everything that the origin supports.
pub(crate) fn stock_pins(origin: &Kind) -> Pins {
    let http1 = "http/1.1".to_owned();
    let alpn = match origin {
        Kind::GoHttpbin { .. } => vec!["h2".to_owned(), http1],
        // The embedded origin speaks HTTP/1.1 only.
        Kind::Embedded(_) => vec![http1],
    };
    let groups = vec![Group::X25519MlKem768, Group::X25519, Group::Secp256r1];
    Pins { groups, alpn, tickets: true, ..Pins::default() }
}

/// The handshake that results from the pins of a cell at `axes`, in the ledger's spelling.
pub(crate) fn handshake(pins: &Pins, axes: Axes) -> Handshake {
    Handshake {
        version: pins.tls_version.registered().to_owned(),
        suite: Suite::of(pins.tls_version, axes.cert).registered().to_owned(),
        group: pins.groups.first().map(|group| group.registered().to_owned()).unwrap_or_default(),
        alpn: pins.alpn.first().cloned().unwrap_or_default(),
        certificate: format!("{}, {}", key_name(axes.cert), chain_name(axes.chain)),
    }
}

fn key_name(cert: CertificateKey) -> &'static str {
    match cert {
        CertificateKey::EcdsaP256 => "ECDSA P-256",
        CertificateKey::Rsa2048 => "RSA 2048",
    }
}

fn chain_name(chain: Chain) -> &'static str {
    match chain {
        Chain::One => "leaf alone",
        Chain::Two => "leaf + intermediate",
        Chain::Three => "leaf + 2 intermediates",
    }
}

#[cfg(test)]
mod tests {
    use params::TlsVersion;

    use super::*;

    #[test]
    fn a_cell_is_pinned_to_its_place_on_the_axes() {
        let of = |cell: &str| pins(&Pins::default(), &cell.parse().unwrap());
        assert_eq!(of("m/c/rustls/new-conn"), Pins::default());
        let varied = of("m/c/rustls/resumed@tls-version=1.2,group=p256");
        assert_eq!((varied.tls_version, varied.tickets), (TlsVersion::Tls12, true));
        assert_eq!(varied.groups, [Group::Secp256r1]);
    }

    #[test]
    fn what_the_run_is_pinned_to_holds_where_no_axis_says_otherwise() {
        let usual = Pins { tls_version: TlsVersion::Tls12, ..Pins::default() };
        assert_eq!(pins(&usual, &"m/c/rustls/new-conn".parse().unwrap()).tls_version, TlsVersion::Tls12);
    }
}
