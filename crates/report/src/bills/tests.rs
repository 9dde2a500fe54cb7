//! A sheet made up for tests, and what becomes of folders.

use std::collections::BTreeMap;
use std::fs;

use profile::bill::{Class, Coverage, Item, Tax, ThreadTimes};

use super::*;

const PERIOD_NS: u64 = 1_000_000;
const REQUESTS: u64 = 10_000;

/// A bill of so many samples per class: with 10,000 requests and a period of 1 ms, ten samples are 1 µs per request.
fn bill(samples: &[(Class, u64)], clock: f64) -> profile::bill::Bill {
    let per_request = |samples: u64| {
        let scale = |value: f64| value * PERIOD_NS as f64 / REQUESTS as f64 / 1e3;
        let count = Interval::of_count(samples);
        Some(Interval { value: scale(count.value), low: scale(count.low), high: scale(count.high) })
    };
    let of = |class| samples.iter().find(|(other, _)| *other == class).map_or(0, |(_, samples)| *samples);
    let item = |class| Item {
        class,
        samples: of(class),
        cpu_ns: of(class) * PERIOD_NS,
        per_request_us: per_request(of(class)),
    };
    let all: u64 = samples.iter().map(|(_, samples)| samples).sum();
    let agrees = (0.97..1.03).contains(&clock);
    profile::bill::Bill {
        period_ns: PERIOD_NS,
        requests: REQUESTS,
        items: Class::ALL.map(item).into(),
        samples: all,
        per_request_us: per_request(all),
        coverage: Some(Coverage {
            cpu_clock_ns: (all as f64 * PERIOD_NS as f64 / clock) as u64,
            ratio: Interval { value: clock, low: clock - 0.01, high: clock + 0.01 },
            agrees,
        }),
        lost: 0,
        truncated: 7,
        other_share: of(Class::Other) as f64 / all as f64,
        unnamed: Vec::new(),
    }
}

fn cell(name: &str, samples: &[(Class, u64)], clock: f64, plain: Option<&CellBill>) -> CellBill {
    let bill = bill(samples, clock);
    let stem = name.replace('/', "-");
    CellBill {
        cell: name.parse().unwrap(),
        tax: plain.and_then(|plain| Tax::between(&bill, &plain.bill)),
        bill,
        kernel: true,
        short_threads: true,
        threads: Some(ThreadTimes { threads: 3, running_ns: 50, runnable_ns: 10, blocked_ns: 40 }),
        phases_us: BTreeMap::from([("tls".to_owned(), 700.0), ("wait".to_owned(), 90.0)]),
        files: BTreeMap::from([
            ("flamegraph".to_owned(), format!("{stem}.svg")),
            ("pprof".to_owned(), format!("{stem}.pb.gz")),
        ]),
        without_symbols: BTreeMap::new(),
    }
}

/// Two kinds of connection, two models, one stack ten times as dear as the rest, and a bill that does not agree.
pub(crate) fn sheet() -> Sheet {
    let rest = |http: u64, kernel: u64| {
        [
            (Class::Http, http),
            (Class::Runtime, 120),
            (Class::Memory, 80),
            (Class::KernelNetwork, kernel),
            (Class::Other, 9),
        ]
    };
    let asymmetric = |scale: u64| {
        [
            (Class::KeyExchange, 2000 * scale),
            (Class::ChainValidation, 1800 * scale),
            (Class::CertificateVerify, 2100 * scale),
            (Class::KeySchedule, 1100),
            (Class::RecordEncryption, 60),
            (Class::TlsState, 300),
        ]
    };
    let of = |parts: &[&[(Class, u64)]]| parts.concat();
    let plain = cell("tokio-current/hyper/plain/new-conn", &rest(300, 900), 1.0, None);
    let rustls = of(&[&asymmetric(1), &rest(290, 1500)]);
    let threads = cell("threads/ureq/plain/new-conn", &rest(250, 800), 1.0, None);
    let fresh = cell("tokio-current/hyper/plain/new-client", &rest(330, 950), 1.0, None);
    let store = of(&[&asymmetric(1), &rest(400, 1500), &[(Class::TrustStore, 200_000)]]);
    let kept = cell("tokio-current/hyper/plain/keep-alive", &rest(200, 300), 1.0, None);
    Sheet {
        cells: vec![
            cell("tokio-current/hyper/rustls/new-conn", &rustls, 1.0, Some(&plain)),
            cell(
                "tokio-current/hyper/native-tls/new-conn",
                &of(&[&asymmetric(2), &rest(310, 1500)]),
                1.0,
                Some(&plain),
            ),
            plain.clone(),
            cell("threads/ureq/rustls/new-conn", &rustls, 0.5, Some(&threads)),
            threads.clone(),
            cell("tokio-current/hyper/rustls/new-client", &rustls, 1.0, Some(&fresh)),
            cell("tokio-current/hyper/native-tls/new-client", &store, 1.0, Some(&fresh)),
            fresh.clone(),
            cell(
                "tokio-current/hyper/rustls/keep-alive",
                &of(&[&rest(205, 290), &[(Class::RecordEncryption, 60)]]),
                1.0,
                Some(&kept),
            ),
            kept.clone(),
        ],
    }
}

#[test]
fn a_folder_without_bills_has_none_and_one_with_damaged_bills_says_so() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(Bills::read(dir.path()), Bills::default());
    fs::write(dir.path().join(BILLS_FILE), "{\"cells\":[{").unwrap();
    let bills = Bills::read(dir.path());
    assert!(bills.is_empty() && bills.problems[0].contains("bills.json is damaged"), "{:?}", bills.problems);
}

#[test]
fn files_beside_the_bills_come_along_and_those_elsewhere_do_not() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("result");
    fs::create_dir(&folder).unwrap();
    let mut sheet = sheet();
    sheet.cells.truncate(2);
    fs::write(folder.join("tokio-current-hyper-rustls-new-conn.pb.gz"), [0xff, 0x00]).unwrap();
    fs::write(dir.path().join("secret"), "mine").unwrap();
    sheet.cells[1].files = BTreeMap::from([
        ("flamegraph".to_owned(), "../secret".to_owned()),
        ("folded".to_owned(), dir.path().join("secret").display().to_string()),
    ]);
    fs::write(folder.join(BILLS_FILE), serde_json::to_vec(&sheet).unwrap()).unwrap();
    let bills = Bills::read(&folder);
    assert_eq!(bills.sheet.cells.len(), 2);
    let pprof = "profile-tokio-current-hyper-rustls-new-conn.pb.gz";
    assert_eq!(bills.attached, [ReportFile { name: pprof.to_owned(), bytes: vec![0xff, 0x00] }]);
    assert_eq!(bills.problems.len(), 3, "one is missing, two are elsewhere: {:?}", bills.problems);
    assert_eq!(bills.links(&sheet.cells[0]), BTreeMap::from([("pprof".to_owned(), pprof.to_owned())]));
    assert!(bills.links(&sheet.cells[1]).is_empty());
}

#[test]
fn what_a_bill_lacks_is_said() {
    let mut sheet = sheet();
    assert!(tax_holds(&sheet, &sheet.cells[0]) && doubts(&sheet.cells[0]).is_empty());
    assert!(!tax_holds(&sheet, &sheet.cells[3]), "half the CPU clock");
    if let Some(coverage) = &mut sheet.cells[2].bill.coverage {
        coverage.agrees = false;
    }
    assert!(!tax_holds(&sheet, &sheet.cells[0]), "the twin's bill does not agree");
    let cell = &mut sheet.cells[0];
    (cell.kernel, cell.short_threads, cell.bill.lost) = (false, false, 3);
    let told = doubts(cell).join("; ");
    for words in ["the kernel's part is missing", "shorter than a sampling period", "3 samples lost"] {
        assert!(told.contains(words), "{told}");
    }
}
