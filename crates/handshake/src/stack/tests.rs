use params::{CertificateKey, Chain, Group, TlsVersion, Trust};

use super::*;
use crate::Side;

fn possible() -> impl Iterator<Item = Case> {
    Case::all().filter(|case| case.missing().is_none())
}

fn authorities() -> [Authority; 2] {
    CertificateKey::ALL.map(|key| Authority::with(key).unwrap())
}

fn of(authorities: &[Authority], key: CertificateKey) -> &Authority {
    authorities.iter().find(|authority| authority.key() == key).unwrap()
}

#[test]
fn every_case_makes_the_handshake_that_was_asked_for() {
    let authorities = authorities();
    for case in possible() {
        let mut pair = case.pair(of(&authorities, case.key)).unwrap();
        // Several, since each resumed one must leave something to resume.
        for _ in 0..3 {
            let times = pair.handshake().unwrap_or_else(|error| panic!("{} {case}: {error}", case.kind));
            assert!(times.client_ns > 0 && times.server_ns > 0, "{} {case}: {times:?}", case.kind);
        }
    }
}

#[test]
fn a_server_that_resumes_nothing_makes_no_resumed_handshake() {
    let authorities = authorities();
    for case in possible().filter(|case| case.kind == Kind::Resumed) {
        let mut pair = pair(case, of(&authorities, case.key), Setting::default(), false).unwrap();
        let error = pair.handshake().unwrap_err();
        assert!(matches!(error, Error::Differs { side: Side::Client, what: "kind", .. }), "{case}: {error}");
    }
}

#[test]
fn a_client_that_does_not_trust_the_root_gives_up() {
    let authorities = authorities();
    for case in possible().filter(|case| case.kind == Kind::Full) {
        let mut material = Material::read(of(&authorities, case.key)).unwrap();
        // The last root is the authority's; what remains is Mozilla's.
        material.roots.pop().unwrap();
        let mut pair = match case.stack {
            Stack::OpenSsl => primed(openssl::OpenSsl::new(case, &material, false).unwrap(), case).unwrap(),
            _ => primed(rustls::Rustls::new(case, &material, false).unwrap(), case).unwrap(),
        };
        let error = pair.handshake().unwrap_err();
        assert!(matches!(error, Error::Failed { side: Side::Client, .. }), "{case}: {error}");
        let text = error.to_string();
        assert!(text.contains("UnknownIssuer") || text.contains("certificate verify failed"), "{case}: {text}");
    }
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let authority = Authority::create().unwrap();
    let issued = authority.issue(certificates::Leaf::WrongName).unwrap();
    let material = Material::of(&issued.chain_file, &issued.key_file, &authority.trust_file()).unwrap();
    for case in possible().filter(|case| case.kind == Kind::Full && case.key == CertificateKey::EcdsaP256) {
        let mut pair = match case.stack {
            Stack::OpenSsl => primed(openssl::OpenSsl::new(case, &material, false).unwrap(), case).unwrap(),
            _ => primed(rustls::Rustls::new(case, &material, false).unwrap(), case).unwrap(),
        };
        assert!(matches!(pair.handshake(), Err(Error::Failed { side: Side::Client, .. })), "{case}");
    }
}

#[test]
fn the_wire_names_the_group_that_rustls_tells() {
    let authority = Authority::create().unwrap();
    let material = Material::read(&authority).unwrap();
    for case in possible().filter(|case| case.stack == Stack::RustlsAwsLc && case.key == CertificateKey::EcdsaP256) {
        let library = rustls::Rustls::new(case, &material, case.kind == Kind::Resumed).unwrap();
        let memory = Memory::new(library, Negotiated::wanted(case));
        memory.prime().unwrap();
        let (told, wired) = memory.groups().unwrap();
        assert_eq!(told, wired, "{} {case}", case.kind);
        let none = case.version == TlsVersion::Tls12 && case.kind == Kind::Resumed;
        assert_eq!(told.is_none(), none, "{} {case}", case.kind);
    }
}

#[test]
fn bulk_arrives_as_it_was_sent() {
    let authority = Authority::create().unwrap();
    let bytes: Vec<u8> = (0..1_000_000u32).map(|index| (index % 251) as u8).collect();
    for case in possible().filter(|case| case.group == Group::X25519 && case.key == CertificateKey::EcdsaP256) {
        let mut link = case.pair(&authority).unwrap().link().unwrap();
        for _ in 0..3 {
            let times = link.transfer(&bytes).unwrap_or_else(|error| panic!("{} {case}: {error}", case.kind));
            assert!(times.client_ns > 0 && times.server_ns > 0, "{case}");
        }
    }
}

#[test]
fn what_can_not_be_had_is_said() {
    let authority = Authority::create().unwrap();
    for case in Case::all() {
        let missing = case.missing().is_some() || case.key != CertificateKey::EcdsaP256;
        assert_eq!(matches!(case.pair(&authority), Err(Error::Missing { .. })), missing, "{case}");
    }
}

#[test]
fn chains_stores_and_groups_beside_the_usual_ones_can_be_had() {
    let authority = Authority::create().unwrap();
    for stack in Stack::ALL {
        for version in [TlsVersion::Tls13, TlsVersion::Tls12] {
            for kind in Kind::ALL {
                let case = Case { stack, version, group: Group::Secp256r1, key: CertificateKey::EcdsaP256, kind };
                for (chain, trust) in [(Chain::One, Trust::Own), (Chain::Three, Trust::Mozilla)] {
                    let mut pair = case.pair_in(&authority, Setting { chain, trust }).unwrap();
                    for _ in 0..2 {
                        pair.handshake().unwrap_or_else(|error| panic!("{kind} {case}: {error}"));
                    }
                }
            }
        }
    }
}

#[test]
fn a_setting_changes_the_chain_and_the_store() {
    let authority = Authority::create().unwrap();
    let read = |chain, trust| Material::read_in(&authority, Setting { chain, trust }).unwrap();
    assert_eq!(Chain::ALL.map(|chain| read(chain, Trust::Own).chain.len()), Chain::ALL.map(Chain::certificates));
    assert_eq!(read(Chain::Two, Trust::Own).roots.len(), 1);
    assert_eq!(read(Chain::Two, Trust::Mozilla).roots, Material::read(&authority).unwrap().roots);
}
