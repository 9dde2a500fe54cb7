//! A cell's handshake in the words of crate `handshake`: which case it is, over which chain, with which store.

use handshake::{Authority, Case, Group, Key, Kind, Setting, Stack, Trust, Version};
use workload::{Cell, Cert, Chain, Connection, TlsVersion};

use crate::PrepareError;

/// The stack behind a cell; `None` where the table has none of that name, and without TLS.
pub(super) fn stack(cell: &Cell) -> Option<Stack> {
    match cell.tls.as_str() {
        "rustls" => Some(Stack::RustlsAwsLc),
        "rustls-ring" => Some(Stack::RustlsRing),
        // Where native-tls is OpenSSL, it adds nothing to a handshake.
        "native-tls" | "openssl" => Some(Stack::OpenSsl),
        _ => None,
    }
}

/// The handshake that a cell makes.
pub(super) fn case(cell: &Cell) -> Result<Case, PrepareError> {
    let stack = stack(cell).ok_or_else(|| PrepareError::NoSuchCell(cell.to_string()))?;
    Ok(Case {
        stack,
        version: match cell.axes.tls_version {
            TlsVersion::Tls12 => Version::Tls12,
            TlsVersion::Tls13 => Version::Tls13,
        },
        group: match cell.axes.group {
            workload::Group::X25519 => Group::X25519,
            workload::Group::X25519MlKem768 => Group::X25519MlKem768,
            workload::Group::Secp256r1 => Group::Secp256r1,
        },
        key: match cell.axes.cert {
            Cert::EcdsaP256 => Key::EcdsaP256,
            Cert::Rsa2048 => Key::Rsa2048,
        },
        kind: match cell.connection {
            Connection::Resumed => Kind::Resumed,
            _ => Kind::Full,
        },
    })
}

/// The chain that a cell is sent, and what it trusts.
pub(super) fn setting(cell: &Cell) -> Setting {
    Setting {
        intermediates: match cell.axes.chain {
            Chain::One => 0,
            Chain::Two => 1,
            Chain::Three => 2,
        },
        trust: match cell.axes.trust {
            workload::Trust::Mozilla => Trust::Mozilla,
            workload::Trust::Own => Trust::Own,
        },
    }
}

/// An authority whose keys are those of the cell's chain. Its files are needed for setting up alone.
pub(super) fn authority(cell: &Cell, case: Case) -> Result<Authority, PrepareError> {
    Authority::with(case.key).map_err(|error| refuse(cell, error))
}

/// For `map_err` on setting up a floor.
pub(super) fn refuse(cell: &Cell, error: impl ToString) -> PrepareError {
    PrepareError::Floor { cell: cell.to_string(), reason: error.to_string() }
}
