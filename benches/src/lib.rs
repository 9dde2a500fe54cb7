//! Criterion benchmarks: `cargo bench` runs them, each in a file of its own under `benches/`.
