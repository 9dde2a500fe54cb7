//! The probe of a profiled run: a sampling clock on each trial's process, from just before its costs are read until
//! just after.
//!
//! Stacks are named and drawn right after the trial, while nothing is measured: raw stacks are large.

use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::ProgressBar;
use measure::result::{Section, Trial};
use measure::schedstat::{ThreadStates, ThreadWatch};
use profile::{Objects, Options, ProfileError, Recording, Sampler};
use render::format::grouped;
use runner::Probe;
use workload::Cell;

use super::{Profiled, pictures};
use crate::failure::Failure;
use crate::progress::line;

/// Samples the trials of a run.
pub(crate) struct Profiler {
    dir: PathBuf,
    /// CPUs that the sampled processes do not use; empty where there are none.
    spare_cpus: Vec<usize>,
    objects: Objects,
    bar: ProgressBar,
    now: Stage,
    done: Vec<Profiled>,
    failure: Option<Failure>,
}

/// The progress of the current trial.
#[derive(Default)]
enum Stage {
    #[default]
    Idle,
    Attached {
        pid: u32,
        sampler: Box<Sampler>,
    },
    Running {
        sampler: Box<Sampler>,
        threads: Option<ThreadWatch>,
    },
    Recorded {
        recording: Box<Recording>,
        threads: Option<ThreadStates>,
    },
}

/// Checks whether sampling is allowed, and reports what is not.
pub(crate) fn permitted() -> Result<(), ProfileError> {
    let sampler = Sampler::attach_to_self(&Options::default())?;
    if !sampler.kernel() {
        terminal::say(format_args!(
            "user space only: sampling the kernel is forbidden here (`sysctl kernel.perf_event_paranoid=1` allows it)"
        ));
    }
    Ok(())
}

impl Profiler {
    /// A profiler for a run whose results are in `dir`.
    pub(crate) fn new(dir: &Path, spare_cpus: Vec<usize>, bar: ProgressBar) -> Profiler {
        Profiler {
            dir: dir.to_owned(),
            spare_cpus,
            objects: Objects::new(),
            bar,
            now: Stage::Idle,
            done: Vec::new(),
            failure: None,
        }
    }

    /// The trials that count, in the order of the run.
    pub(crate) fn finish(self) -> Result<Vec<Profiled>, Failure> {
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(self.done),
        }
    }

    fn keep(&mut self, trial: &Trial, recording: Recording, threads: Option<ThreadStates>) -> Result<(), Failure> {
        self.bar.set_message(format!("{}: naming its stacks", trial.cell));
        let begun = Instant::now();
        let profile = recording.resolve(&mut self.objects);
        let profiled = Profiled { trial: trial.clone(), profile, threads };
        if profiled.profile.samples > 0 {
            pictures::write(&self.dir, &profiled)?;
        }
        let said = format!(
            "{:<42}        {} samples, {} truncated, {} lost; named and drawn in {:.1} s",
            trial.cell,
            grouped(profiled.profile.samples as f64),
            profiled.profile.truncated,
            profiled.profile.lost,
            begun.elapsed().as_secs_f64()
        );
        line(&self.bar, &said);
        for object in &profiled.profile.objects_without_symbols {
            let said = format!("  no symbols: {} ({} samples)", object.path.display(), object.samples);
            line(&self.bar, &said);
        }
        self.done.push(profiled);
        Ok(())
    }
}

impl Probe for Profiler {
    fn spawned(&mut self, _: &Cell, pid: u32) -> Result<(), String> {
        let options = Options { reader_cpus: self.spare_cpus.iter().copied().collect(), ..Options::default() };
        let sampler = Box::new(Sampler::attach(pid, &options).map_err(|error| error.to_string())?);
        self.now = Stage::Attached { pid, sampler };
        Ok(())
    }

    fn go(&mut self) -> Result<(), String> {
        if let Stage::Attached { pid, mut sampler } = std::mem::take(&mut self.now) {
            // The watch starts first, so that the cost of starting it is over when the clock begins.
            let threads = ThreadWatch::start(pid, &self.spare_cpus);
            sampler.start().map_err(|error| error.to_string())?;
            self.now = Stage::Running { sampler, threads };
        }
        Ok(())
    }

    fn finished(&mut self) -> Result<(), String> {
        if let Stage::Running { sampler, threads } = std::mem::take(&mut self.now) {
            let recording = Box::new(sampler.stop().map_err(|error| error.to_string())?);
            self.now = Stage::Recorded { recording, threads: threads.and_then(ThreadWatch::stop) };
        }
        Ok(())
    }

    fn ended(&mut self, _: &Section, trial: &Trial) {
        let stage = std::mem::take(&mut self.now);
        let Stage::Recorded { recording, threads } = stage else { return };
        if !trial.counts() || self.failure.is_some() {
            return;
        }
        if let Err(failure) = self.keep(trial, *recording, threads) {
            self.failure = Some(failure);
        }
    }
}
