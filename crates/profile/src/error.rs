//! What can go wrong between a process and its profile.

use std::io;

/// Why there is no profile.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The system forbids sampling this process.
    #[error(
        "sampling process {pid} is forbidden here ({source}): allow it with `sysctl kernel.perf_event_paranoid=0` (2 \
         is enough for threads that live longer than a millisecond, in user space only), or give this program \
         CAP_PERFMON; a container must let perf_event_open through its seccomp profile; a user with many CPUs may need \
         a larger kernel.perf_event_mlock_kb"
    )]
    Forbidden {
        /// The process to be sampled.
        pid: u32,
        /// What the kernel said to the least that was asked for.
        source: io::Error,
    },
    /// The process ended before it could be sampled, or never was.
    #[error("process {pid} cannot be sampled, for it is gone: start sampling while it lives")]
    Gone {
        /// The process to be sampled.
        pid: u32,
    },
    /// The system let the sampler begin, and then something failed.
    #[error("{doing} of process {pid}: {source}")]
    System {
        /// What was being done.
        doing: &'static str,
        /// The process being sampled.
        pid: u32,
        /// What the system said.
        source: io::Error,
    },
    /// The thread that empties the ring buffers ended before its time.
    #[error("the thread that reads the samples of process {pid} failed: sample it once more")]
    ReaderFailed {
        /// The process being sampled.
        pid: u32,
    },
    /// This kind of processor has registers that are not known here.
    #[error("sampling is not written for processors of kind {0}: run it on x86_64 or aarch64")]
    Processor(&'static str),
    /// A picture or a file could not be written.
    #[error("writing {what}: {source}")]
    Write {
        /// What was being written.
        what: &'static str,
        /// What the system or the library said.
        source: io::Error,
    },
    /// A picture of nothing.
    #[error("{what} needs at least one sample: sample for longer, or check that the process did work meanwhile")]
    Empty {
        /// What was to be drawn.
        what: &'static str,
    },
}
