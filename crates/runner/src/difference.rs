//! The differences between two runs, by their descriptions (`run.json`). Their trials are compared elsewhere.

use std::collections::BTreeSet;
use std::fmt;

use measure::result::{RunInfo, Section};
use serde::Serialize;
use workload::Cell;

/// A difference between a run that was started and the one that would continue it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What differs.
    pub what: String,
    /// The value when the run was started.
    pub was: String,
    /// The value now.
    pub now: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { what, was, now } = self;
        write!(f, "{what}: was {was}, now {now}")
    }
}

/// Everything that makes `now` another run than `was`: what is run, how, with which origin, machine and programs. The
/// machine's load and the time do not count.
pub fn differences(was: &RunInfo, now: &RunInfo) -> Vec<Difference> {
    let mut found = Found::default();
    found.compare("the version of tlstax", &was.tlstax, &now.tlstax);
    found.compare("the revision that tlstax was built from", &was.revision, &now.revision);
    found.compare("the format of results", &was.format, &now.format);
    found.compare("the seed", &was.seed, &now.seed);
    found.compare("worker threads", &was.workers, &now.workers);
    found.compare("pinning", &was.pinning, &now.pinning);
    found.compare("the origin", &was.origin.name, &now.origin.name);
    found.compare("the origin's version", &was.origin.version, &now.origin.version);
    found.compare("the origin's ports", &was.origin.ports, &now.origin.ports);
    found.compare("how the origin is verified", &was.origin.verification, &now.origin.verification);
    found.compare("the pinned handshake", &was.handshake, &now.handshake);
    found.compare("arms", &was.arms, &now.arms);
    found.compare("the order of trials", &was.order, &now.order);
    found.compare("the CPU", &was.machine.cpu, &now.machine.cpu);
    found.compare("CPUs that may be used", &was.machine.cpus, &now.machine.cpus);
    found.compare("the kernel", &was.machine.kernel, &now.machine.kernel);
    found.compare("the compiler of tlstax", &was.machine.toolchain, &now.machine.toolchain);
    found.compare("the allocator of tlstax", &was.machine.allocator, &now.machine.allocator);
    found.sections(&was.sections, &now.sections);
    found.0
}

#[derive(Default)]
struct Found(Vec<Difference>);

impl Found {
    fn compare<T: PartialEq + Serialize>(&mut self, what: impl Into<String>, was: &T, now: &T) {
        if was != now {
            self.add(what, json(was), json(now));
        }
    }

    fn add(&mut self, what: impl Into<String>, was: String, now: String) {
        self.0.push(Difference { what: what.into(), was, now });
    }

    fn sections(&mut self, was: &[Section], now: &[Section]) {
        let names = |sections: &[Section]| sections.iter().map(|section| section.name.clone()).collect::<Vec<_>>();
        self.compare("sections", &names(was), &names(now));
        if names(was) == names(now) {
            was.iter().zip(now).for_each(|(was, now)| self.section(was, now));
        }
    }

    fn section(&mut self, was: &Section, now: &Section) {
        let name = &was.name;
        self.compare(format!("the workload of {name}"), &was.workload, &now.workload);
        self.compare(format!("rounds of {name}"), &was.rounds, &now.rounds);
        self.compare(format!("what varies in {name}"), &was.varies, &now.varies);
        let (before, after): (BTreeSet<_>, BTreeSet<_>) = (was.cells.iter().collect(), now.cells.iter().collect());
        if before != after {
            let alone = |mine: &BTreeSet<&Cell>, other: &BTreeSet<&Cell>| {
                let alone: Vec<String> = mine.difference(other).map(ToString::to_string).collect();
                if alone.is_empty() { "no other".to_owned() } else { alone.join(", ") }
            };
            self.add(format!("cells of {name}"), alone(&before, &after), alone(&after, &before));
        } else {
            self.compare(format!("the order of cells of {name}"), &was.cells, &now.cells);
        }
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use fixtures::run;

    use super::*;

    fn found(change: impl FnOnce(&mut RunInfo)) -> Vec<String> {
        let mut now = run();
        change(&mut now);
        differences(&run(), &now).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn whatever_bears_on_the_figures_is_named_with_both_values() {
        let said = found(|run| {
            run.seed = 2;
            run.machine.kernel = "7".into();
            run.revision = Some("abc".into());
        });
        let due = [
            "the revision that tlstax was built from: was null, now \"abc\"",
            "the seed: was 1, now 2",
            "the kernel: was \"6\", now \"7\"",
        ];
        assert_eq!(said, due);
    }

    #[test]
    fn cells_are_named_alone_and_their_order_counts() {
        let other = "m/c/openssl/new-conn";
        let said = found(|run| run.sections[0].cells[1] = other.parse().unwrap());
        assert_eq!(said, [format!("cells of cost: was m/c/rustls/new-conn, now {other}")]);
        let said = found(|run| drop(run.sections[0].cells.pop()));
        assert_eq!(said, ["cells of cost: was m/c/rustls/new-conn, now no other"]);
        let said = found(|run| run.sections[0].cells.reverse());
        assert!(said[0].starts_with("the order of cells of cost"), "{said:?}");
        assert!(found(|run| run.sections[0].name = "wait".into())[0].starts_with("sections"));
    }

    #[test]
    fn time_and_load_differ_always() {
        let said = found(|run| {
            run.started = "2026-02-01T00:00:00Z".into();
            run.machine.load = Some(3.0);
            run.interrupted = true;
        });
        assert!(said.is_empty(), "{said:?}");
    }
}
