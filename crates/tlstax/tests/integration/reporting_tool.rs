//! `tlstax reporting-tool`, small: every request accounted for in every way, and the concurrency that each way has.
//! Nothing is asserted of times but on which side of the gap between one and many in flight they lie.

use std::path::Path;

use crate::common::{code, folder, run, stderr, stdout};
use serde_json::Value;

const SMALL: &str = "reporting-tool -n 200 --hosts 50 -c 20 --service-time 0.02 --sample 20 --json --out r";

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn sum(list: &Value, field: &str) -> u64 {
    list.as_array().unwrap().iter().map(|item| item[field].as_u64().unwrap()).sum()
}

/// Holds what was printed and what was written of a small run to what must be.
fn check(json: &Value, report: &Value) {
    assert_eq!((&json["wrong"], &json["interrupted"]), (&serde_json::json!([]), &false.into()));
    let ways = json["ways"].as_array().unwrap();
    let names: Vec<&str> = ways.iter().map(|way| way["way"].as_str().unwrap()).collect();
    assert_eq!(names, ["serially", "blocking in async", "properly"]);

    for ((way, written), requests) in ways.iter().zip(report["ways"].as_array().unwrap()).zip([20_u64, 20, 200]) {
        let name = &way["way"];
        assert_eq!((&written["way"], &way["requests"]), (name, &requests.into()));
        let count = |field: &str| way[field].as_u64().unwrap();
        assert_eq!(count("answered") + count("failed"), requests, "{name}");

        // Host 1 of 50 is asked for pages 1, 51, 101 and 151.
        let pages: Vec<u64> = (1..requests).step_by(50).collect();
        let failures = written["failures"].as_array().unwrap();
        assert_eq!(
            failures.iter().map(|failure| failure["page"].as_u64().unwrap()).collect::<Vec<_>>(),
            pages,
            "{name}"
        );
        for failure in failures {
            assert_eq!((&failure["host"], &failure["expected"]), (&"host-01.test".into(), &true.into()), "{name}");
            assert_eq!(failure["reason"], "status: 500 instead of 200", "{name}");
        }
        assert_eq!(count("failed"), pages.len() as u64, "{name}");
        assert_eq!(count("page_sum") + pages.iter().sum::<u64>(), requests * (requests - 1) / 2, "{name}");

        let hosts = &written["hosts"];
        assert_eq!(hosts.as_array().unwrap().len(), 50);
        assert_eq!((sum(hosts, "answers"), sum(hosts, "failures")), (count("answered"), count("failed")), "{name}");
        assert_eq!(sum(hosts, "bytes"), count("bytes"), "{name}");
        assert!(number(&hosts[0]["mean_latency_ms"]) >= 100.0, "{name}: the first host is slow, {}", hosts[0]);
        assert!(number(&hosts[2]["mean_latency_ms"]) >= 20.0, "{name}: {}", hosts[2]);
        assert!(number(&hosts[2]["greatest_latency_ms"]) >= number(&hosts[2]["mean_latency_ms"]) - 1e-6);
        assert!(hosts[3]["address"].as_str().unwrap().starts_with("127.0.0.4:"), "{}", hosts[3]);
    }

    let in_flight = |way: usize| ways[way]["most_in_flight"].as_u64().unwrap();
    assert_eq!((in_flight(0), in_flight(1)), (1, 1));
    assert!((10..=20).contains(&in_flight(2)), "{}", in_flight(2));
    let effective = |way: usize| number(&ways[way]["effective_concurrency"]);
    assert!(effective(0) <= 1.0 && effective(1) <= 1.0, "{json:#}");
    // Where CPUs are busy, all of them fall.
    assert!(effective(2) > 2.0 * effective(0).max(effective(1)), "{json:#}");
    // 200 requests are 196 of hosts that wait 0.02 s, 4 of them five times as long, and 4 that wait for nothing.
    assert!(number(&ways[0]["seconds_for_all"]) >= 4.24, "{}", ways[0]);
    let how = |way: usize| (ways[way]["extrapolated"].as_bool().unwrap(), ways[way]["fits"].as_bool().unwrap());
    assert_eq!([how(0), how(1), how(2)], [(true, true), (true, true), (false, true)]);
    assert_eq!(ways[2]["seconds"], ways[2]["seconds_for_all"]);
}

#[test]
fn nothing_is_lost_and_only_the_proper_way_has_concurrency() {
    for origin in ["embedded", "auto"] {
        let (_dir, path) = folder();
        let output = run(&path, &format!("{SMALL} --origin {origin}"));
        assert_eq!(code(&output), Some(0), "{}{}", stdout(&output), stderr(&output));
        let report = read(&path.join("r/report.json"));
        assert_eq!(report["workload"]["addresses"].as_array().unwrap().len(), 5);
        check(&serde_json::from_str(&stdout(&output)).unwrap(), &report);
        for words in ["50 hosts on 5 addresses", "serially: 20 requests", "properly: 200 requests", "properly: done in"]
        {
            assert!(stderr(&output).contains(words), "{words}: {}", stderr(&output));
        }
    }
}

#[test]
fn the_table_says_what_was_measured_and_what_was_not() {
    let (_dir, path) = folder();
    let small =
        "reporting-tool -n 12 --hosts 2 -c 4 --service-time 0.01 --sample 2 --origin embedded -v --report here.json";
    let output = run(&path, small);
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    for words in [
        "effective",
        "extrapolated",
        "measured",
        "blocking in async",
        "900 s one by one",
        "1.33 to 1.67",
        "Report: here.json",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(read(&path.join("here.json"))["ways"][2]["failed"], 6);
    assert!(!path.join("results").exists(), "the report was to be elsewhere");

    // A report is never lost to a later one.
    let again = run(&path, small);
    assert_eq!(code(&again), Some(2));
    assert!(stderr(&again).contains("here.json exists"), "{}", stderr(&again));
}

#[test]
fn what_means_nothing_is_refused() {
    let refused = |arguments: &str, words: &str| {
        let (_dir, path) = folder();
        let output = run(&path, &format!("reporting-tool {arguments}"));
        assert_eq!(code(&output), Some(2), "{arguments}: {}", stderr(&output));
        assert!(stderr(&output).contains(words), "{arguments}: {}", stderr(&output));
        assert!(std::fs::read_dir(&path).unwrap().next().is_none(), "{arguments} left something behind");
    };
    for hosts in ["0", "1", "201", "x"] {
        refused(&format!("--hosts {hosts}"), "--hosts");
    }
    for time in ["0", "0.0001", "5.1", "-1", "NaN", "1s"] {
        refused(&format!("--service-time={time}"), "from 0.001 to 5");
    }
    refused("-n 0", "--requests");
    refused("-c 0", "--concurrency");
    refused("--sample 0", "--sample");
    refused("--origin nginx", "nginx");
}
