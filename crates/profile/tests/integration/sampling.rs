//! Samples a child process whose costs are known, and checks that the profile shows them.
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use crate::support::allowed;
use nix::time::{ClockId, clock_gettime};
use profile::{Objects, Options, Profile, ProfileError, Sampler, Scope};

const KNOWN: &str = "profile_burner::burn_in_a_known_function";

/// A child that burns CPU time when it receives a line.
struct Burner {
    child: Child,
    input: ChildStdin,
}

impl Burner {
    fn spawn(how: &str, milliseconds: u32) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_profile-burner"))
            .args([how, &milliseconds.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        Self { child, input }
    }

    fn say(&mut self) {
        let _ = self.input.write_all(b"go\n");
    }

    /// CPU time that it used, ns; 0 if it died instead.
    fn used(&mut self) -> u64 {
        let mut line = String::new();
        BufReader::new(self.child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        line.trim().parse().unwrap_or(0)
    }
}

impl Drop for Burner {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn attach(pid: u32, scope: Option<Scope>) -> Option<Sampler> {
    allowed(Sampler::attach(pid, &Options { scope, ..Options::default() }))
}

/// The profile of a child and the CPU time that the child reports, ns.
fn sample(how: &str, milliseconds: u32, scope: Option<Scope>) -> Option<(Profile, u64)> {
    let mut burner = Burner::spawn(how, milliseconds);
    let mut sampler = attach(burner.child.id(), scope)?;
    sampler.start().unwrap();
    burner.say();
    let used = burner.used();
    let profile = sampler.stop().unwrap().resolve(&mut Objects::new());
    assert_eq!(profile.samples, profile.stacks.values().sum::<u64>());
    assert_eq!(profile.samples, profile.locations.stacks.values().sum::<u64>());
    Some((profile, used))
}

fn samples_with(profile: &Profile, function: &str) -> u64 {
    let found = profile.stacks.iter().filter(|(stack, _)| stack.frames.iter().any(|frame| &*frame.name == function));
    found.map(|(_, count)| count).sum()
}

/// Samples × period is the CPU time, within 3 % and three standard deviations of counting, where time in the kernel is
/// sampled too.
fn assert_covers(profile: &Profile, used: u64) {
    if profile.kernel {
        let (covered, used) = ((profile.cpu_ns() + profile.lost * profile.period_ns) as f64, used as f64);
        let tolerance = 0.03 + 3.0 / (profile.samples.max(1) as f64).sqrt();
        assert!((covered / used - 1.0).abs() < tolerance, "{covered} ns sampled of {used} ns, tolerance {tolerance}");
    }
}

#[test]
fn a_function_that_burns_nearly_all_time_has_nearly_all_samples() {
    let Some((profile, used)) = sample("deep", 500, None) else { return };
    assert_covers(&profile, used);
    for function in [KNOWN, "profile_burner::main"] {
        let found = samples_with(&profile, function);
        assert!(found * 10 >= profile.samples * 9, "{function}: {found} of {}", profile.samples);
    }
    assert!(profile.truncated * 50 <= profile.samples, "{} truncated", profile.truncated);
    let program = std::fs::canonicalize(env!("CARGO_BIN_EXE_profile-burner")).unwrap();
    assert_eq!(&*profile.locations.objects[0].path, program.to_str().unwrap());
}

#[test]
fn threads_are_told_apart_by_name() {
    let Some((profile, used)) = sample("threads", 600, None) else { return };
    assert_covers(&profile, used);
    for index in 0..4 {
        let name = format!("burner-{index}");
        let of = profile.stacks.iter().filter(|(stack, _)| *stack.thread == *name).map(|(_, count)| count).sum::<u64>();
        assert!(of * 10 > profile.samples, "{name} has {of} of {}", profile.samples);
    }
}

#[test]
fn threads_shorter_than_the_period_are_met_or_the_profile_tells() {
    let Some((profile, used)) = sample("short", 500, None) else { return };
    if profile.scope == Scope::Cpus {
        assert_covers(&profile, used);
        let known = samples_with(&profile, KNOWN);
        // Starting threads takes the rest: a tenth, or a third on a busy machine.
        assert!(known * 2 >= profile.samples, "{known} of {}", profile.samples);
    }
}

#[test]
fn the_threads_own_clock_is_enough_for_threads_that_live() {
    let Some((profile, used)) = sample("threads", 600, Some(Scope::Process)) else { return };
    assert_eq!(profile.scope, Scope::Process);
    assert_covers(&profile, used);
}

#[test]
fn time_in_the_kernel_is_found_there() {
    let Some((profile, used)) = sample("kernel", 300, None) else { return };
    assert_covers(&profile, used);
    let inside = profile.stacks.iter().filter(|(stack, _)| stack.frames.iter().any(|frame| frame.kernel));
    let inside: u64 = inside.map(|(_, count)| count).sum();
    assert_eq!(profile.kernel, inside > 0);
    if profile.kernel {
        assert!(inside * 10 >= profile.samples * 8, "{inside} of {}", profile.samples);
        let below = samples_with(&profile, "profile_burner::in_kernel");
        assert!(below * 10 >= profile.samples * 8, "the kernel's stacks stand on their caller's: {below}");
    }
}

#[test]
fn a_child_that_dies_halfway_leaves_a_profile() {
    for scope in [None, Some(Scope::Process)] {
        let mut burner = Burner::spawn("die", 200);
        let Some(mut sampler) = attach(burner.child.id(), scope) else { return };
        sampler.start().unwrap();
        burner.say();
        burner.child.wait().unwrap();
        let profile = sampler.stop().unwrap().resolve(&mut Objects::new());
        assert!(profile.samples > 100, "{} samples", profile.samples);
        let known = samples_with(&profile, KNOWN);
        assert!(known * 10 >= profile.samples * 8, "{known} of {}", profile.samples);
    }
}

#[test]
fn a_child_that_is_gone_is_named() {
    let mut burner = Burner::spawn("deep", 1);
    let pid = burner.child.id();
    burner.child.kill().unwrap();
    burner.child.wait().unwrap();
    let error = Sampler::attach(pid, &Options::default()).err().unwrap();
    assert!(matches!(error, ProfileError::Gone { .. }), "{error}");
}

/// The CPU time of this thread, which does not depend on the load of the machine.
fn cpu_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap().into()
}

#[test]
fn profiles_share_what_was_read_of_objects() {
    let resolve = |objects: &mut Objects| {
        let mut burner = Burner::spawn("deep", 100);
        let mut sampler = attach(burner.child.id(), None)?;
        sampler.start().unwrap();
        burner.say();
        burner.used();
        let recording = sampler.stop().unwrap();
        let start = cpu_time();
        let profile = recording.resolve(objects);
        let took = cpu_time() - start;
        assert!(samples_with(&profile, KNOWN) > 0, "found wherever it is mapped");
        Some(took)
    };
    let mut shared = Objects::new();
    if resolve(&mut shared).is_none() {
        return;
    }
    // The minimum of a few attempts shows the time without interruptions.
    let pair = || Some((resolve(&mut Objects::new())?, resolve(&mut shared)?));
    let (new, again): (Vec<_>, Vec<_>) = std::iter::repeat_with(pair).take(3).map(Option::unwrap).unzip();
    assert!(again.iter().min() < new.iter().min(), "{again:?} {new:?}");
}
