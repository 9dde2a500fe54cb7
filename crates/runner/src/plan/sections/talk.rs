//! The sections of `tlstax talk`: which of its stages run, and with how many requests.

use measure::result::Section;
use workload::{Cell, Concurrency, Path, Requests, Workload};

/// Requests of the talk's demonstration.
const TEN: u32 = 10;

/// The smaller numbers of requests on its slide.
const FEW: [u32; 2] = [3, 5];

/// Enough to show that a fast stage stays fast.
const MANY: u32 = 1_000;

/// Stages that are run with fewer requests too: the talk's one pair.
const OF_SLIDES: [&str; 2] = ["1-recv", "2-recv"];

/// Variants of other stages: only with `--all`.
const VARIANTS: [&str; 2] = ["talk/ureq-in-smol/native-tls/new-conn", "talk/ureq-in-async-std/native-tls/new-conn"];

/// Stages whose blocking waits are counted, over TLS 1.2, whose handshake has two flights to wait for.
const COUNTED: [&str; 5] = ["1-recv", "2-recv", "2-recv-into", "3-recv-into", "4-recv-into"];

/// The sections of `tlstax talk` at a service time of `delay` seconds: Rust's stages, and the cells in `original`.
pub fn sections(delay: f64, all: bool, original: &[Cell]) -> Vec<Section> {
    let stages = fetch::talk::cells();
    let shown = |cell: &&Cell| all || !VARIANTS.contains(&cell.to_string().as_str());
    let ten = stages.iter().filter(shown).chain(original).cloned().collect();
    let mut sections = vec![section(TEN, delay, ten)];
    for n in FEW {
        let of_slides = |cell: &&Cell| all || OF_SLIDES.contains(&cell.client.as_str());
        let cells = stages.iter().filter(|cell| cell.tls != "native-tls").filter(of_slides);
        // With fewer requests than threads, an executor's threads make no difference.
        let cells = cells.filter(|cell| !cell.client.starts_with("2-workers")).filter(|cell| cell.is_tls());
        sections.push(section(n, delay, cells.cloned().collect()));
    }
    if all {
        let fast = |cell: &&Cell| cell.client == "1-recv" && cell.is_tls();
        sections.push(section(MANY, delay, stages.iter().filter(fast).cloned().collect()));
    }
    sections
}

/// The section whose blocking waits are counted.
pub fn counted(delay: f64) -> Section {
    let stages = fetch::talk::cells();
    let counted = stages.iter().filter(|cell| COUNTED.contains(&cell.client.as_str()) && cell.is_tls());
    section(TEN, delay, counted.cloned().collect())
}

fn section(n: u32, delay: f64, cells: Vec<Cell>) -> Section {
    let concurrency = Concurrency::new(n).unwrap_or(Concurrency::MIN);
    Section {
        name: format!("n={n}"),
        workload: Workload::of(
            Path::delay(delay),
            workload::Amount::Requests(Requests::from(concurrency)),
            concurrency,
        ),
        rounds: 1,
        cells,
        varies: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_runs_with_ten_and_the_slides_pair_with_fewer() {
        let sections = sections(1.0, false, &[]);
        let names: Vec<&str> = sections.iter().map(|section| section.name.as_str()).collect();
        assert_eq!(names, ["n=10", "n=3", "n=5"]);
        assert_eq!(sections[0].cells.len() + VARIANTS.len(), fetch::talk::cells().len());
        assert_eq!(sections[1].cells.len(), OF_SLIDES.len());
        assert!(
            fetch::talk::cells().iter().all(|cell| talk::stage::of(cell).is_some()),
            "every stage has its expectation"
        );
        assert_eq!(counted(0.1).cells.len(), COUNTED.len());
    }
}
