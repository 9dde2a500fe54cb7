//! A sheet of bills made up for tests.

use std::collections::BTreeMap;

use profile::bill::{CellBill, Class, Coverage, Interval, Item, Sheet, Tax, ThreadTimes};

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
