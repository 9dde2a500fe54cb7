//! A program that burns CPU time in known functions, for the tests of this package: it reads a line, burns, prints the
//! CPU time that it has used since, and waits for a second line.
//!
//! Arguments: `deep|threads|short|kernel|die|signature|chain` and how many milliseconds of CPU time to burn.

use std::hint::black_box;
use std::io::{self, Read, Write};
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

fn main() -> io::Result<()> {
    let mut words = std::env::args().skip(1);
    let how = words.next().unwrap_or_default();
    let time = Duration::from_millis(words.next().and_then(|word| word.parse().ok()).unwrap_or(100));
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let before = clock(ClockId::CLOCK_PROCESS_CPUTIME_ID);
    match how.as_str() {
        "threads" => in_threads(4, time / 4),
        "short" => short_threads(time),
        "kernel" => in_kernel(time)?,
        "signature" => verify_tls13_signature(time),
        "chain" => verify_server_cert(time),
        "die" => {
            burn_in_a_known_function(time);
            std::process::exit(0);
        }
        _ => burn_in_a_known_function(time),
    }
    let used = clock(ClockId::CLOCK_PROCESS_CPUTIME_ID).saturating_sub(before);
    writeln!(io::stdout(), "{}", used.as_nanos())?;
    io::stdin().read_line(&mut line)?;
    Ok(())
}

fn clock(clock: ClockId) -> Duration {
    clock_gettime(clock).map_or(Duration::ZERO, Duration::from)
}

/// Burns CPU time of this thread.
#[inline(never)]
fn burn_in_a_known_function(time: Duration) {
    let end = clock(ClockId::CLOCK_THREAD_CPUTIME_ID) + time;
    let mut value = 1u64;
    while clock(ClockId::CLOCK_THREAD_CPUTIME_ID) < end {
        for _ in 0..10_000 {
            value = black_box(value.wrapping_mul(6_364_136_223_846_793_005).rotate_left(7));
        }
    }
}

/// Has a name that a rule of the bill matches.
#[inline(never)]
fn verify_tls13_signature(time: Duration) {
    burn_in_a_known_function(time);
    black_box("what is done after a call keeps the function on the stack");
}

/// Has another name that a rule of the bill matches.
#[inline(never)]
fn verify_server_cert(time: Duration) {
    burn_in_a_known_function(time);
    black_box("and what differs keeps two functions apart");
}

#[inline(never)]
fn in_threads(count: usize, each: Duration) {
    std::thread::scope(|scope| {
        for index in 0..count {
            let builder = std::thread::Builder::new().name(format!("burner-{index}"));
            let _ = builder.spawn_scoped(scope, move || burn_in_a_known_function(each));
        }
    });
}

/// A thread per 300 µs, one after the other: each shorter than the period of the sampling clock.
#[inline(never)]
fn short_threads(time: Duration) {
    const EACH: Duration = Duration::from_micros(300);
    for _ in 0..time.as_micros() / EACH.as_micros() {
        in_threads(1, EACH);
    }
}

/// Makes the kernel produce zeros.
#[inline(never)]
fn in_kernel(time: Duration) -> io::Result<()> {
    let end = clock(ClockId::CLOCK_THREAD_CPUTIME_ID) + time;
    let mut zeros = std::fs::File::open("/dev/zero")?;
    let mut buffer = vec![0; 1 << 20];
    while clock(ClockId::CLOCK_THREAD_CPUTIME_ID) < end {
        zeros.read_exact(&mut buffer)?;
    }
    Ok(())
}
