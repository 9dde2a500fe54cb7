//! The names of the files in a result folder.

/// The file with figures of TLS in memory, if a benchmark has written them.
pub const HANDSHAKE_FILE: &str = "handshake.json";

/// The file that says what was run.
pub const RUN_FILE: &str = "run.json";

/// The file with a line per trial.
pub const TRIALS_FILE: &str = "trials.ndjson";

/// The same compressed with zstd, which replaces it.
pub const COMPRESSED_TRIALS_FILE: &str = "trials.ndjson.zst";
