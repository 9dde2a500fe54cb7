//! Samples a command with all its descendants: the timeline shows which process did what, and when.
use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Child, Command, Stdio};

use crate::support::allowed;
use profile::bill::Class;
use profile::{Moment, Moments, Objects, Options, PERIOD_NS, Recording, Sampler, Scope};

const BURNER: &str = env!("CARGO_BIN_EXE_profile-burner");

/// A shell that runs `script` when it receives a line.
fn shell(script: &str) -> Child {
    let script = format!("read go; {script}");
    let command = Command::new("sh").args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
    command.unwrap()
}

/// The recording of a shell and its children until it ended; `None` where sampling is forbidden.
fn record(script: &str, options: &Options) -> Option<Recording> {
    let mut child = shell(script);
    let Some(mut sampler) = allowed(Sampler::attach(child.id(), options)) else {
        child.kill().unwrap();
        child.wait().unwrap();
        return None;
    };
    sampler.start().unwrap();
    child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    assert!(child.wait().unwrap().success());
    Some(sampler.stop().unwrap())
}

fn options() -> Options {
    Options { descendants: true, ..Options::default() }
}

fn moments(script: &str, options: &Options) -> Option<Moments> {
    let recording = record(script, options)?;
    let samples = recording.samples();
    let moments = recording.moments(&mut Objects::new());
    assert_eq!(moments.all.len() as u64, samples);
    assert!(moments.all.is_sorted_by_key(|moment| moment.time_ns));
    Some(moments)
}

/// Processes with at least fifty moments, by the first of them.
fn busy(moments: &Moments) -> Vec<Vec<Moment>> {
    let mut by_process: BTreeMap<u32, Vec<Moment>> = BTreeMap::new();
    for moment in &moments.all {
        by_process.entry(moment.pid).or_default().push(*moment);
    }
    let mut busy: Vec<_> = by_process.into_values().filter(|moments| moments.len() >= 50).collect();
    busy.sort_by_key(|moments| moments[0].time_ns);
    busy
}

fn share(moments: &[Moment], is: impl Fn(&Moment) -> bool) -> f64 {
    moments.iter().filter(|moment| is(moment)).count() as f64 / moments.len().max(1) as f64
}

#[test]
fn two_programs_one_after_the_other_each_have_their_class_and_their_time() {
    let script = format!("{BURNER} signature 200 </dev/null; {BURNER} chain 200 </dev/null");
    for scope in [None, Some(Scope::Process)] {
        let Some(moments) = moments(&script, &Options { scope, ..options() }) else { return };
        let [first, second] = &busy(&moments)[..] else { panic!("{:?}", moments.all) };
        assert!(first.last().unwrap().time_ns < second[0].time_ns);
        for (of, class) in [(first, Class::CertificateVerify), (second, Class::ChainValidation)] {
            let share = share(of, |moment| moment.class == class);
            // On a busy machine, starting a program and its page faults take more than a tenth.
            assert!(share > 0.6, "{class:?}: {share} of {} by {scope:?}", of.len());
        }
        assert_eq!(moments.period_ns, PERIOD_NS);
    }
}

#[test]
fn a_child_without_a_program_of_its_own_is_found_where_its_parent_is() {
    // The subshell does not exec: it loops in the shell's own memory.
    let script = "(i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done); true";
    let Some(moments) = moments(script, &options()) else { return };
    let [subshell] = &busy(&moments)[..] else { panic!("{:?}", moments.all) };
    assert!(subshell.len() * 10 > moments.all.len() * 9, "the shell itself only waits");
    let lost = moments.without_symbols.iter().find(|object| object.path.to_str() == Some("[unknown]"));
    let lost = lost.map_or(0, |object| object.samples);
    assert!(lost * 10 <= moments.all.len() as u64, "{lost} of {} are in no object", moments.all.len());
}

#[test]
fn a_profile_of_a_command_holds_its_childrens_functions() {
    let Some(recording) = record(&format!("{BURNER} signature 200 </dev/null"), &options()) else { return };
    let profile = recording.resolve(&mut Objects::new());
    let of_burner = |name: &str| name.ends_with("burn_in_a_known_function");
    let found = profile.stacks.iter().filter(|(stack, _)| stack.frames.iter().any(|frame| of_burner(&frame.name)));
    let found: u64 = found.map(|(_, count)| count).sum();
    assert!(found * 10 >= profile.samples * 8, "{found} of {}", profile.samples);
    assert!(profile.stacks.keys().any(|stack| stack.thread.starts_with("profile-burner")));
}

#[test]
fn a_full_room_leaves_fewer_moments_that_stand_for_more_time() {
    const ROOM: u64 = 100_000;
    let script = format!("{BURNER} signature 200 </dev/null; {BURNER} chain 200 </dev/null");
    let Some(recording) = record(&script, &Options { room: Some(ROOM), ..options() }) else { return };
    assert!(recording.stack_bytes() <= ROOM);
    let moments = recording.moments(&mut Objects::new());
    assert!(moments.period_ns > PERIOD_NS && moments.period_ns.is_multiple_of(PERIOD_NS), "{}", moments.period_ns);
    assert!(!moments.all.is_empty());
    let covered = moments.all.len() as f64 * moments.period_ns as f64;
    assert!((1e8..1.6e9).contains(&covered), "{covered} ns stand for what took 400 ms");
}

#[test]
fn python_that_loads_a_trust_store_for_each_connection_is_told() {
    let version = Command::new("python3").arg("--version").output();
    if version.is_err() {
        assert!(std::env::var_os("CI").is_none(), "in CI Python is there");
        let _ = writeln!(std::io::stderr(), "skipped: python3 is not installed");
        return;
    }
    let script = "python3 -c 'import ssl\nfor _ in range(40): ssl.create_default_context()'";
    let Some(moments) = moments(script, &options()) else { return };
    let [.., python] = &busy(&moments)[..] else { panic!("no process worked: {moments:?}") };
    let store = share(python, |moment| moment.trust_store);
    assert!(store > 0.5, "{store} of {}", python.len());
    let class = share(python, |moment| moment.class == Class::TrustStore);
    assert!(class > 0.3 && class <= store, "{class} of {}", python.len());
}

#[test]
fn a_process_alone_has_a_timeline_too_without_its_childrens_moments() {
    let script = format!("{BURNER} signature 100 </dev/null; i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done");
    let Some(moments) = moments(&script, &Options::default()) else { return };
    let [shell] = &busy(&moments)[..] else { panic!("{:?}", moments.all) };
    assert_eq!(shell.len(), moments.all.len());
    assert!(moments.all.iter().all(|moment| moment.class != Class::CertificateVerify));
}
