//! A process samples itself, as a benchmark does: all its threads, including those that it starts meanwhile.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::support::allowed;
use profile::{Objects, Options, Profile, Sampler, Scope};
use rusty_fork::rusty_fork_test;

#[inline(never)]
fn spin_on_purpose(time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        black_box((0..1000u64).fold(1, |a, b| a ^ black_box(b)));
    }
}

fn share(profile: &Profile, function: &str) -> f64 {
    let with = |name: &str| name.ends_with(function);
    let found = profile.stacks.iter().filter(|(stack, _)| stack.frames.iter().any(|frame| with(&frame.name)));
    found.map(|(_, count)| count).sum::<u64>() as f64 / profile.samples.max(1) as f64
}

/// Whether the count drops to zero soon: a joined thread may remain in the list a moment longer.
fn vanish(count: fn() -> usize) -> bool {
    let end = Instant::now() + Duration::from_secs(5);
    loop {
        match count() {
            0 => return true,
            _ if Instant::now() > end => return false,
            _ => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn readers() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let name = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
    tasks.map(name).filter(|name| name.trim() == "profile-reader").count()
}

rusty_fork_test! {
    #[test]
    fn a_process_finds_its_own_functions_on_old_threads_and_new_and_not_the_sampler() {
        for scope in [None, Some(Scope::Process)] {
            finds_its_own_functions(&Options { scope, ..Options::default() });
        }
    }
}

fn finds_its_own_functions(options: &Options) {
    let (go, told) = std::sync::mpsc::channel::<()>();
    let old = std::thread::Builder::new().name("old".to_owned()).spawn(move || {
        told.recv().unwrap();
        spin_on_purpose(Duration::from_millis(200));
    });
    let Some(mut sampler) = allowed(Sampler::attach_to_self(options)) else { return };
    sampler.start().unwrap();
    go.send(()).unwrap();
    let new = std::thread::Builder::new().name("new".to_owned()).spawn(|| spin_on_purpose(Duration::from_millis(200)));
    new.unwrap().join().unwrap();
    old.unwrap().join().unwrap();
    let recording = sampler.stop().unwrap();
    assert!(recording.reader_cpu() > Duration::ZERO);
    let profile = recording.resolve(&mut Objects::new());
    assert!(share(&profile, "spin_on_purpose") > 0.9, "{:#?}", profile.stacks);
    for name in ["old", "new"] {
        assert!(profile.stacks.keys().any(|stack| &*stack.thread == name), "{name} was not met");
    }
    assert!(profile.stacks.keys().all(|stack| &*stack.thread != "profile-reader"));

    drop(Sampler::attach_to_self(options).unwrap());
    assert!(vanish(readers), "a sampler that is dropped leaves nothing running");
}
