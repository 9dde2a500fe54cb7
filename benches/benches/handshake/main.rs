//! The cost of TLS itself, in memory: handshakes by stack, version, group and key, full and resumed; bulk transfer; and
//! the primitives.
//!
//! All times are CPU time of the side or primitive that is named, not wall time. After the run, handshakes per second
//! per core are printed, as libraries publish them; all figures are also written to the folder of this `cargo bench`.

mod bulk;
mod handshakes;
mod log;
mod primitives;
mod setup;
mod show;

use std::time::Duration;

use bench_support::folder;
use criterion::Criterion;

use log::Log;
use setup::Authorities;

fn main() {
    // There are some hundred benchmarks: these times, resampling included, keep the total within two minutes.
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(800))
        .sample_size(20)
        .nresamples(20_000)
        .without_plots()
        .configure_from_args();
    let authorities = Authorities::default();
    let mut log = Log::default();
    let folder = folder::of_this_bench();
    for bench in [handshakes::bench, bulk::bench, primitives::bench] {
        bench(&mut criterion, &authorities, &mut log);
        // Written after each group, so that an interrupted run keeps its figures.
        if setup::is_measuring() {
            setup::or_exit(show::write(&log.figures(), &folder));
        }
    }
    criterion.final_summary();
    if setup::is_measuring() {
        setup::or_exit(show::report(&log.figures(), &folder));
    }
}
