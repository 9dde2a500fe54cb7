//! Measures how long the command and the observer had to wait for a CPU, because of a quota or because others kept the
//! CPUs busy.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use nix::sys::resource::{Resource, getrlimit};

use super::cgroup::Folders;
use super::counter::Counter;

/// The most threads of this process whose schedstat files are held open, and how large the limit of open files must be
/// for each of them.
const MOST_THREADS: u64 = 16;
const LIMIT_FOR_A_THREAD: u64 = 64;

/// The threads are listed again in every eighth reading: listing takes as long as reading six schedstat files.
const LISTED_EVERY: u64 = 8;

/// What has been counted since the run began.
#[derive(Debug, Default)]
pub(crate) struct Contention {
    /// The content of /proc/PID/cgroup when the groups' files were opened.
    cgroup: String,
    throttled: Vec<Counter>,
    pressure: Option<Counter>,
    /// Throttled time and pressure of groups that the command has left, ns.
    left: (u64, u64),
    threads: Threads,
    looks: u64,
}

/// The counters of [`observation::CpuReading`] that show how scarce CPU time was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Shortage {
    pub(super) throttled_ns: u64,
    pub(super) pressure_ns: u64,
    pub(super) observer_delay_ns: u64,
}

impl Contention {
    /// Starts counting for a command that this process will start, and that begins in this process' control groups.
    pub(crate) fn begin() -> Contention {
        let mut contention = Contention::default();
        contention.open(std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default());
        contention.threads.begin();
        contention
    }

    /// Checks from time to time whether process `pid`, the command, has moved to another group: programs that set a
    /// quota for their children move them, or themselves, soon after the start.
    pub(super) fn follow(&mut self, pid: u32) {
        self.looks += 1;
        if !self.looks.is_power_of_two() {
            return;
        }
        // The process has ended, or may not be read.
        let Ok(cgroup) = std::fs::read_to_string(format!("/proc/{pid}/cgroup")) else { return };
        if !cgroup.is_empty() && cgroup != self.cgroup {
            self.left = self.of_groups();
            self.open(cgroup);
        }
    }

    fn open(&mut self, cgroup: String) {
        let mountinfo = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        let folders = Folders::find(&cgroup, &mountinfo);
        self.throttled = throttled(&folders.cpu);
        let own = folders.unified.and_then(|own| Counter::from_now(&own.join("cpu.pressure"), some_ns));
        self.pressure = own.or_else(|| Counter::from_now(Path::new("/proc/pressure/cpu"), some_ns));
        self.cgroup = cgroup;
    }

    /// What has been counted so far.
    pub(super) fn read(&mut self) -> Shortage {
        let (throttled_ns, pressure_ns) = self.of_groups();
        Shortage { throttled_ns, pressure_ns, observer_delay_ns: self.threads.read() }
    }

    fn of_groups(&mut self) -> (u64, u64) {
        let throttled: u64 = self.throttled.iter_mut().map(Counter::read).sum();
        (self.left.0 + throttled, self.left.1 + self.pressure.as_mut().map_or(0, Counter::read))
    }
}

/// Counters of the time for which quotas kept the first of these groups from running: its own `cpu.stat.local`, which
/// includes the others' quotas, or else `cpu.stat` of each group that has a quota.
fn throttled(levels: &[PathBuf]) -> Vec<Counter> {
    let own = levels.first().and_then(|own| Counter::from_now(&own.join("cpu.stat.local"), throttled_ns));
    match own {
        Some(own) => vec![own],
        None => {
            let limited = levels.iter().filter(|level| has_quota(level));
            limited.filter_map(|level| Counter::from_now(&level.join("cpu.stat"), throttled_ns)).collect()
        }
    }
}

/// Whether the group with this directory has a CPU quota.
fn has_quota(level: &Path) -> bool {
    let read = |name: &str| std::fs::read_to_string(level.join(name)).ok();
    let is_number = |text: String| text.split_ascii_whitespace().next().is_some_and(|word| word.parse::<u64>().is_ok());
    // Without a quota, v2 has `max`, and v1 has -1.
    read("cpu.max").or_else(|| read("cpu.cfs_quota_us")).is_some_and(is_number)
}

/// The time for which a group was throttled, ns, from its cpu.stat or cpu.stat.local, in cgroup v2 or v1.
fn throttled_ns(stat: &str) -> Option<u64> {
    stat.lines().find_map(|line| match line.split_once(' ')? {
        ("throttled_usec", us) => us.trim().parse::<u64>().ok()?.checked_mul(1_000),
        ("throttled_time", ns) => ns.trim().parse().ok(),
        _ => None,
    })
}

/// The time in which some task had to wait, ns, from a file of pressure stall information.
fn some_ns(pressure: &str) -> Option<u64> {
    let some = pressure.lines().find_map(|line| line.strip_prefix("some "))?;
    let total = some.split_ascii_whitespace().find_map(|word| word.strip_prefix("total="))?;
    total.parse::<u64>().ok()?.checked_mul(1_000)
}

/// The time for which a thread was ready and waited for a CPU, ns, from its schedstat.
fn delay_ns(schedstat: &str) -> Option<u64> {
    schedstat.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// Opens a kernel file from whose text the function parses a number.
type Open = fn(&Path, fn(&str) -> Option<u64>) -> Option<Counter>;

/// How long this process' threads waited for a CPU.
#[derive(Debug, Default)]
struct Threads {
    open: HashMap<u32, Counter>,
    /// The sum of the last readings of threads that have ended, ns.
    ended_ns: u64,
    readings: u64,
}

impl Threads {
    /// Starts counting.
    fn begin(&mut self) {
        self.meet(&own_threads(), Counter::from_now);
    }

    fn read(&mut self) -> u64 {
        if self.readings.is_multiple_of(LISTED_EVERY) {
            let now = own_threads();
            let ended = self.open.extract_if(|tid, _| !now.contains(tid));
            self.ended_ns += ended.map(|(_, mut counter)| counter.read()).sum::<u64>();
            self.meet(&now, Counter::from_zero);
        }
        self.readings += 1;
        self.ended_ns + self.open.values_mut().map(Counter::read).sum::<u64>()
    }

    /// Opens the schedstat files of threads that have none open yet, as far as the limit allows.
    fn meet(&mut self, tids: &[u32], open: Open) {
        for tid in tids {
            if !self.open.contains_key(tid) && (self.open.len() as u64) < most_threads() {
                let counter = open(Path::new(&format!("/proc/self/task/{tid}/schedstat")), delay_ns);
                self.open.extend(counter.map(|counter| (*tid, counter)));
            }
        }
    }
}

/// How many schedstat files may be held open: most open files must be left for the command's connections.
fn most_threads() -> u64 {
    let limit = getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(soft, _)| soft);
    (limit / LIMIT_FOR_A_THREAD).clamp(1, MOST_THREADS)
}

fn own_threads() -> Vec<u32> {
    let entries = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use processes::TemporaryFolder;

    #[test]
    fn throttling_is_read_of_both_versions() {
        let v2 = "usage_usec 25348\nuser_usec 22066\nsystem_usec 3281\nnr_periods 9\nnr_throttled 7\n\
            throttled_usec 1500\nnr_bursts 0\nburst_usec 0\n";
        assert_eq!(throttled_ns(v2), Some(1_500_000));
        assert_eq!(throttled_ns("nr_periods 11\nnr_throttled 11\nthrottled_time 880521584\n"), Some(880_521_584));
        assert_eq!(throttled_ns("throttled_usec 12\n"), Some(12_000), "cpu.stat.local");
        assert_eq!(throttled_ns("usage_usec 1\nuser_usec 1\nsystem_usec 0\n"), None, "no controller");
        assert_eq!(throttled_ns("throttled_usec\nthrottled_usec x\n"), None);
        assert_eq!(throttled_ns(""), None);
    }

    #[test]
    fn pressure_is_the_total_of_some() {
        let both = "some avg10=12.57 avg60=7.95 avg300=15.27 total=7678947390\n\
            full avg10=0.00 avg60=0.00 avg300=0.00 total=1\n";
        assert_eq!(some_ns(both), Some(7_678_947_390_000));
        assert_eq!(some_ns("full avg10=0.00 avg60=0.00 avg300=0.00 total=1\n"), None);
        assert_eq!(some_ns("some avg10=0.00\n"), None);
        assert_eq!(some_ns(""), None);
    }

    #[test]
    fn a_threads_delay_is_the_second_figure() {
        assert_eq!(delay_ns("354486 3115422 2\n"), Some(3_115_422));
        assert_eq!(delay_ns("0\n"), None);
    }

    #[test]
    fn of_a_groups_accounts_its_own_counts_else_those_of_all_with_a_quota() {
        let folder = TemporaryFolder::new("contention").unwrap();
        let (outer, inner) = (folder.path().to_owned(), folder.path().join("inner"));
        std::fs::create_dir(&inner).unwrap();
        let write = |level: &Path, name: &str, text: &str| std::fs::write(level.join(name), text).unwrap();
        let levels = [inner.clone(), outer.clone()];
        assert!(throttled(&levels).is_empty() && throttled(&[]).is_empty());
        write(&outer, "cpu.cfs_quota_us", "10000\n");
        write(&outer, "cpu.stat", "throttled_time 5\n");
        write(&inner, "cpu.max", "max 100000\n");
        write(&inner, "cpu.stat", "throttled_usec 7\n");
        let mut counters = throttled(&levels);
        assert_eq!(counters.len(), 1, "the inner has no quota");
        write(&outer, "cpu.stat", "throttled_time 25\n");
        assert_eq!(counters[0].read(), 20);
        write(&inner, "cpu.max", "20000 100000\n");
        assert_eq!(throttled(&levels).len(), 2);
        write(&inner, "cpu.stat.local", "throttled_usec 1\n");
        let mut counters = throttled(&levels);
        write(&inner, "cpu.stat.local", "throttled_usec 3\n");
        assert_eq!(counters.iter_mut().map(Counter::read).collect::<Vec<_>>(), [2_000]);
    }

    #[test]
    fn nothing_goes_back_and_a_command_that_is_gone_is_no_error() {
        let mut contention = Contention::begin();
        let mut last = Shortage::default();
        for _ in 0..50 {
            std::thread::spawn(std::thread::yield_now).join().unwrap();
            contention.follow(u32::MAX);
            let now = contention.read();
            assert!(now.throttled_ns >= last.throttled_ns && now.pressure_ns >= last.pressure_ns);
            assert!(now.observer_delay_ns >= last.observer_delay_ns, "{now:?} after {last:?}");
            last = now;
        }
    }

    #[test]
    fn a_command_that_is_moved_keeps_what_was_counted() {
        let folder = TemporaryFolder::new("contention").unwrap();
        let stat = folder.path().join("cpu.stat.local");
        std::fs::write(&stat, "throttled_time 10\n").unwrap();
        let throttled = throttled(&[folder.path().to_owned()]);
        // Of a group that no process is in.
        let mut contention = Contention { cgroup: "2:cpu:/none\n".to_owned(), throttled, ..Contention::default() };
        std::fs::write(&stat, "throttled_time 40\n").unwrap();
        contention.follow(std::process::id());
        assert!(contention.cgroup != "2:cpu:/none\n", "it is followed");
        assert!(contention.read().throttled_ns >= 30);
    }
}
