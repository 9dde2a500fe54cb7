//! Go's own reader can open the files written for it.
use std::process::Command;

use profile::{folded, pprof};

#[test]
fn go_reads_the_profile() {
    let profile = folded::read("main;outer;inner 30\nmain;outer;tcp_sendmsg_[k] 10\n", 1_000_000).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("profile.pb.gz");
    pprof::write(&profile, std::fs::File::create(&path).unwrap()).unwrap();
    let output = Command::new("go").args(["tool", "pprof", "-top"]).arg(&path).output();
    let Ok(output) = output else {
        // Without Go, the unit tests of the messages still run.
        assert!(std::env::var_os("CI").is_none(), "in CI Go is installed");
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    let line = text.lines().find(|line| line.ends_with(" inner")).unwrap_or_else(|| panic!("{text}"));
    assert!(line.contains("30ms") && line.contains("75.00%"), "{line}");
}
