//! `--profile-time`: where a benchmark's CPU time goes, as a flamegraph and folded stacks beside Criterion's own files.
//!
//! The process samples itself: the harness's work between batches and the cell's preparation are in the picture too. If
//! the kernel forbids the sampler, crate `pprof` samples instead, by signals and frame pointers. It never records the
//! innermost function and loses many stacks, so its picture says how many.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use pprof::{ProfilerGuard, ProfilerGuardBuilder};
use profile::{Objects, Options, Profile, Sampler, flamegraph, folded};

/// The sampling frequency requested from `pprof`; on many kernels timers give a quarter of it.
const FREQUENCY: i32 = 997;

/// The share of stacks with fewer than two frames above which a picture is useless.
const UNUSABLE: f64 = 0.2;

/// The nominal period of a sample of `pprof`, ns: the real one is unknown, and no picture shows it.
const UNKNOWN_PERIOD: u64 = 1;

/// Criterion's hook.
pub struct Flamegraphs {
    signals_only: bool,
    reader_cpus: Vec<usize>,
    running: Option<Running>,
    objects: Objects,
}

enum Running {
    Kernel(Box<Sampler>),
    Signals(ProfilerGuard<'static>),
}

impl Flamegraphs {
    /// The thread that reads the samples is bound to `reader_cpus`, which the benchmark does not use; empty: to none.
    pub fn new(reader_cpus: Vec<usize>) -> Flamegraphs {
        Flamegraphs { signals_only: false, reader_cpus, running: None, objects: Objects::new() }
    }

    /// Without the kernel's sampler, as on systems that forbid it.
    pub fn by_signals(self) -> Flamegraphs {
        Flamegraphs { signals_only: true, ..self }
    }

    fn start(&self) -> Result<Running, String> {
        if self.signals_only {
            return by_signals();
        }
        let options = Options { reader_cpus: self.reader_cpus.iter().copied().collect(), ..Options::default() };
        let sampler = Sampler::attach_to_self(&options).and_then(|mut sampler| {
            sampler.start()?;
            Ok(sampler)
        });
        match sampler {
            Ok(sampler) => Ok(Running::Kernel(Box::new(sampler))),
            Err(error) => {
                terminal::say(format_args!("{error}; sampling by signals instead"));
                by_signals()
            }
        }
    }

    /// The profile, and the subtitle of its picture.
    fn stop(&mut self, running: Running) -> Result<(Profile, String), String> {
        match running {
            Running::Kernel(sampler) => {
                let profile = sampler.stop().map_err(|error| error.to_string())?.resolve(&mut self.objects);
                let space = if profile.kernel { "user space and kernel" } else { "user space only" };
                let said = format!(
                    "{} samples, {} truncated, {} lost, {space}",
                    profile.samples, profile.truncated, profile.lost
                );
                Ok((profile, said))
            }
            Running::Signals(guard) => {
                let report = guard.report().build().map_err(|error| error.to_string())?;
                let profile = folded::read(&lines(&report), UNKNOWN_PERIOD).map_err(|error| error.to_string())?;
                let said = verdict(&profile);
                Ok((profile, said))
            }
        }
    }
}

impl criterion::profiler::Profiler for Flamegraphs {
    fn start_profiling(&mut self, id: &str, _: &Path) {
        self.running = match self.start() {
            Ok(running) => Some(running),
            Err(reason) => {
                terminal::say(format_args!("{id} is not profiled: {reason}"));
                None
            }
        };
    }

    fn stop_profiling(&mut self, id: &str, folder: &Path) {
        let Some(running) = self.running.take() else { return };
        let outcome = self.stop(running).and_then(|(profile, said)| write(folder, id, &profile, &said));
        match outcome {
            Ok(picture) => terminal::say(format_args!("{}", picture.display())),
            Err(reason) => terminal::say(format_args!("{id} has no picture: {reason}")),
        }
    }
}

fn by_signals() -> Result<Running, String> {
    let guard = ProfilerGuardBuilder::default().frequency(FREQUENCY).build();
    guard.map(Running::Signals).map_err(|error| error.to_string())
}

/// Folded stacks, outermost function first.
fn lines(report: &pprof::Report) -> String {
    let lines = report.data.iter().map(|(stack, samples)| {
        let frames = stack.frames.iter().rev().flat_map(|inlined| inlined.iter().rev());
        let names: Vec<String> = frames.map(|symbol| symbol.name().replace([';', '\n'], ",")).collect();
        let thread = stack.thread_name.replace([';', '\n'], ",");
        let separator = if names.is_empty() { "" } else { ";" };
        format!("{thread}{separator}{} {samples}\n", names.join(";"))
    });
    lines.collect()
}

/// How reliable a profile by signals is.
fn verdict(profile: &Profile) -> String {
    let short = profile.stacks.iter().filter(|(stack, _)| stack.frames.len() < 2).map(|(_, samples)| samples);
    let share = short.sum::<u64>() as f64 / profile.samples.max(1) as f64;
    let verdict = if share > UNUSABLE { "UNUSABLE: " } else { "" };
    format!("{verdict}{} samples by signals, {:.0} % of them with fewer than 2 frames", profile.samples, share * 100.0)
}

fn write(folder: &Path, id: &str, profile: &Profile, said: &str) -> Result<PathBuf, String> {
    let failed = |path: &Path, error: &dyn std::fmt::Display| format!("writing {}: {error}", path.display());
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let [picture, text] = ["flamegraph.svg", "stacks.folded"].map(|name| folder.join(name));
    let create = |path: &Path| File::create(path).map(BufWriter::new).map_err(|error| failed(path, &error));
    let mut file = create(&text)?;
    folded::write(profile, &mut file).map_err(|error| error.to_string())?;
    file.flush().map_err(|error| failed(&text, &error))?;
    let mut file = create(&picture)?;
    flamegraph::write(profile, id, said, &mut file).map_err(|error| error.to_string())?;
    file.flush().map_err(|error| failed(&picture, &error))?;
    Ok(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_of_stubs_says_that_it_is_unusable() {
        let of = |text| verdict(&folded::read(text, UNKNOWN_PERIOD).unwrap());
        assert!(of("t 30\nt;main;f 70\n").starts_with("UNUSABLE: 100 samples by signals, 30 %"));
        assert!(of("t 10\nt;main;f 90\n").starts_with("100 samples"));
        assert!(!of("").contains("NaN"));
    }
}
