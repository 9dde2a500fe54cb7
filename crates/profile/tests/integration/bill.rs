//! The bill of real stacks: thirty samples of each cell, drawn at random from those taken while its requests were made.
//!
//! They were taken by `perf record -e cpu-clock -F 997 --call-graph dwarf,65528` of `tlstax run`, and unwound by their
//! call frame information. Generic arguments and the frames between a thread's start and its first function were
//! removed.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::support;
use nix::time::{ClockId, clock_gettime};
use profile::bill::{Bill, Class, Classifier};
use profile::stack::{Profile, Stack};

fn cells() -> BTreeMap<String, Profile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stacks");
    let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), profile(&path))).collect()
}

fn profile(path: &Path) -> Profile {
    let mut stacks = BTreeMap::<Stack, u64>::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let (folded, samples) = line.rsplit_once(' ').unwrap();
        *stacks.entry(support::stack(folded)).or_default() += samples.parse::<u64>().unwrap();
    }
    Profile { period_ns: 1_003_009, samples: stacks.values().sum(), stacks, ..Profile::default() }
}

#[test]
fn hardly_anything_of_any_cell_goes_unnamed() {
    let cells = cells();
    assert!(cells.len() >= 15, "the stacks are missing");
    for (cell, profile) in &cells {
        let bill = Bill::of(profile, 1, profile.cpu_ns(), support::OWN);
        assert!(bill.other_share <= 0.05, "{cell}: {} of it in {:?}", bill.other_share, bill.unnamed);
        assert_eq!(bill.samples, profile.samples, "{cell}");
    }
}

#[test]
fn handshakes_are_most_of_new_tls_connections_little_of_kept_ones_and_nothing_of_plain_ones() {
    for (cell, profile) in cells() {
        let bill = Bill::of(&profile, 1, 1, support::OWN);
        let samples = |classes: &[Class]| classes.iter().map(|class| bill.item(*class).unwrap().samples).sum::<u64>();
        let handshake = samples(&[Class::KeyExchange, Class::ChainValidation, Class::CertificateVerify]);
        let tls = handshake + samples(&[Class::KeySchedule, Class::RecordEncryption, Class::TlsState]);
        if cell.contains("-plain-") {
            assert_eq!(tls, 0, "{cell}");
        } else {
            // The threshold is a quarter, because a kept connection's handshake is part of its bill as well.
            let much = handshake * 4 >= bill.samples;
            assert_eq!(much, cell.ends_with("new-conn"), "{cell}: {handshake} of {}", bill.samples);
        }
    }
}

#[test]
fn thousands_of_stacks_are_classified_at_once() {
    let stacks: Vec<_> = cells().into_values().flat_map(|profile| profile.stacks.into_keys()).collect();
    let mut classifier = Classifier::with_own(support::OWN);
    // The CPU time of this thread hardly depends on the load of the machine.
    let used = || Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap());
    let before = used();
    let classified =
        stacks.iter().cycle().take(5_000).filter(|stack| classifier.classify(stack).frame.is_some()).count();
    let took = used() - before;
    assert!(classified > 4_500);
    // Some 10 ms.
    assert!(took < Duration::from_millis(500), "{took:?}");
}
