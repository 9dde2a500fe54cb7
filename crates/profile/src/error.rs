//! Errors of sampling, and of writing a profile's files.

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
        /// The kernel's error for the least that was requested.
        source: io::Error,
    },
    /// The process ended before it could be sampled, or did not exist.
    #[error("process {pid} cannot be sampled, because it has ended: start sampling while it runs")]
    Gone {
        /// The process to be sampled.
        pid: u32,
    },
    /// A step of sampling failed after the system had allowed it.
    #[error("{doing} of process {pid}: {source}")]
    System {
        /// What was being done.
        doing: &'static str,
        /// The process being sampled.
        pid: u32,
        /// The system's error.
        source: io::Error,
    },
    /// The thread that empties the ring buffers failed.
    #[error("the thread that reads the samples of process {pid} failed: sample it once more")]
    ReaderFailed {
        /// The process being sampled.
        pid: u32,
    },
    /// The registers of this processor architecture are not known here.
    #[error("sampling does not support processors of type {0}: run it on x86_64 or aarch64")]
    Processor(&'static str),
    /// A picture or a file could not be written.
    #[error("writing {what}: {source}")]
    Write {
        /// What was being written.
        what: &'static str,
        /// The error of the system or the library.
        source: io::Error,
    },
    /// There are no samples to draw.
    #[error("{what} needs at least one sample: sample for longer, or check that the process did work meanwhile")]
    Empty {
        /// What should be drawn.
        what: &'static str,
    },
}
