//! The order of trials: each round passes over all cells, shuffled anew, and the same seed gives the same order.

use measure::result::Arm;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use workload::Cell;

/// The trials of round `round` of one section, in order: the cells are shuffled, and the turns of each are shuffled in
/// its place, so that arms to be compared run directly after one another. ChaCha8 gives the same sequence on every
/// platform and in every version.
pub(crate) fn shuffled(
    cells: &[Cell],
    turns: &[Option<Arm>],
    seed: u64,
    section: &str,
    round: u32,
) -> Vec<(Cell, Option<Arm>)> {
    let name = section.bytes().fold(seed, |mix, byte| mix.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte));
    let mut generator = ChaCha8Rng::seed_from_u64(name.wrapping_add(u64::from(round)));
    let mut order = cells.to_vec();
    order.shuffle(&mut generator);
    let mut trials = Vec::with_capacity(cells.len() * turns.len());
    for cell in order {
        let mut turns = turns.to_vec();
        turns.shuffle(&mut generator);
        trials.extend(turns.into_iter().map(|arm| (cell.clone(), arm)));
    }
    trials
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells() -> Vec<Cell> {
        (0..10).map(|n| format!("m{n}/c/plain/new-conn").parse().unwrap()).collect()
    }

    fn shuffled(cells: &[Cell], seed: u64, section: &str, round: u32) -> Vec<Cell> {
        super::shuffled(cells, &[None], seed, section, round).into_iter().map(|(cell, _)| cell).collect()
    }

    #[test]
    fn arms_of_a_cell_run_one_after_another_and_neither_is_always_first() {
        let arms = [Some(Arm::Base), Some(Arm::New)];
        let rounds: Vec<_> = (1..=20).map(|round| super::shuffled(&cells(), &arms, 7, "cost", round)).collect();
        let firsts = rounds.iter().flatten().step_by(2).filter(|(_, arm)| *arm == arms[0]).count();
        assert!((60..140).contains(&firsts), "of 200 pairs {firsts} began with the base");
        for pair in rounds.iter().flat_map(|round| round.chunks(2)) {
            assert!(pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1);
        }
    }

    #[test]
    fn a_round_holds_every_cell_once_in_an_order_of_its_own() {
        let first = shuffled(&cells(), 7, "cost", 1);
        let second = shuffled(&cells(), 7, "cost", 2);
        assert_ne!(first, second);
        assert_ne!(first, cells());
        let mut sorted = second.clone();
        sorted.sort();
        assert_eq!(sorted, cells());
    }

    #[test]
    fn the_seed_decides() {
        assert_eq!(shuffled(&cells(), 7, "cost", 3), shuffled(&cells(), 7, "cost", 3));
        assert_ne!(shuffled(&cells(), 7, "cost", 3), shuffled(&cells(), 8, "cost", 3));
        assert_ne!(shuffled(&cells(), 7, "cost", 3), shuffled(&cells(), 7, "wait", 3));
    }
}
