//! Every cell of the matrix as a Criterion benchmark of its own name, e.g. `smol/hyper/rustls/new-conn`. Its figure is
//! what a request costs; an iteration is a batch of requests.
//!
//! Models are set up outside the timing; their concurrency is inside. The batches are trials like those of `tlstax
//! run`, checked against the origin's ledger, and the latest of each cell are left in a result folder with their
//! percentiles, phases and ledgers. `TLSTAX_MEASURE=wall` measures wall time instead of CPU time; `--profile-time 5`
//! draws a flamegraph of each cell instead, into `target/criterion`.

use std::path::Path;
use std::process::{self, ExitCode};
use std::time::Duration;

use bench_support::cost::{self, Cost};
use bench_support::failure::Failure;
use bench_support::laboratory::{Bench, Laboratory};
use bench_support::profiler::Flamegraphs;
use bench_support::role::Role;
use bench_support::{folder, matrix, role, supervisor};
use criterion::{Criterion, SamplingMode, Throughput};
use measure::result::{Pinning, Section};
use workload::{Cell, Connection, catalog};

/// How much the CPU time of a cell drifts from one run to the next on a shared machine: smaller differences are no
/// change.
const NOISE: f64 = 0.05;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let dir = std::env::var_os(folder::VARIABLE);
    let outcome = match Role::of(&args, dir.is_some()) {
        Role::Engine => role::engine(),
        Role::Origin(args) => role::origin(args),
        Role::Laboratory => measure(Path::new(&dir.unwrap_or_default())),
        Role::Supervisor => supervisor::supervise(&folder::of_this_bench(), &args),
    };
    outcome.unwrap_or_else(|failure| failure.report())
}

/// Measures on the client's CPUs, to which all threads that are started here are bound.
fn measure(dir: &Path) -> Result<ExitCode, Failure> {
    let cost = Cost::chosen(std::env::var(cost::VARIABLE).ok().as_deref())?;
    let pinning = runner::default_pinning();
    let mut laboratory = Laboratory::new(dir, pinning.clone());
    origin::on_cpus(Some(&pinning.client), || all(cost, &mut laboratory, &pinning))?
}

fn all(cost: Cost, laboratory: &mut Laboratory, pinning: &Pinning) -> Result<ExitCode, Failure> {
    let (sections, _) = matrix::sections();
    let spare = if pinning.is_split() { pinning.origin.clone() } else { Vec::new() };
    let mut criterion = Criterion::default()
        .with_measurement(cost)
        .with_profiler(Flamegraphs::new(spare))
        .sample_size(10)
        .nresamples(20_000)
        .noise_threshold(NOISE)
        .without_plots()
        .configure_from_args();
    for section in &sections {
        for cell in &section.cells {
            measured(&mut criterion, cost, laboratory, section, cell)?;
        }
    }
    criterion.final_summary();
    Ok(ExitCode::SUCCESS)
}

/// Measures a cell, under its name as `tlstax run` has it.
fn measured(
    criterion: &mut Criterion<Cost>,
    cost: Cost,
    laboratory: &mut Laboratory,
    section: &Section,
    cell: &Cell,
) -> Result<(), Failure> {
    let mut group = criterion.benchmark_group(&cell.model);
    let (warm_up, measurement) = times(cell);
    group.sampling_mode(SamplingMode::Flat);
    // A group's own times would override those of the command line.
    if !is_asked("--warm-up-time") {
        group.warm_up_time(warm_up);
    }
    if !is_asked("--measurement-time") {
        group.measurement_time(measurement);
    }
    group.throughput(Throughput::Elements(1));
    let mut bench = laboratory.bench(section, cell);
    let rest = format!("{}/{}/{}", cell.client, cell.tls, cell.connection);
    group.bench_function(cost.named(&rest), |bencher| {
        or_end(bench.prepare());
        bencher.iter_custom(|batches| (0..batches).map(|_| batch(&mut bench, cost)).sum());
    });
    bench.end()?;
    group.finish();
    Ok(())
}

fn is_asked(flag: &str) -> bool {
    std::env::args().any(|argument| argument.split('=').next() == Some(flag))
}

/// The cost of a request, as the mean of one batch.
fn batch(bench: &mut Bench<'_>, cost: Cost) -> u64 {
    cost.of(&or_end(bench.batch()))
}

/// Criterion cannot be told about a failure, so the benchmark ends before any figure of it is stored.
fn or_end<T>(outcome: Result<T, Failure>) -> T {
    outcome.unwrap_or_else(|failure| {
        failure.report();
        process::exit(i32::from(failure.code()))
    })
}

/// How long Criterion warms up and measures: at least ten batches. Plain connections are made so fast that their
/// sockets in TIME_WAIT limit the time.
fn times(cell: &Cell) -> (Duration, Duration) {
    let ms = Duration::from_millis;
    let is_openssl = catalog::stack_named(&cell.tls).is_some_and(|stack| stack.is_openssl());
    match cell.connection {
        Connection::NewConn if !cell.is_tls() => (ms(50), ms(350)),
        Connection::NewConn if is_openssl => (ms(300), ms(4_500)),
        _ => (ms(300), ms(2_800)),
    }
}
