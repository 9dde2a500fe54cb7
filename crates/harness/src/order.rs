//! The order of trials: each round passes over all cells, shuffled anew, and the same seed gives the same order.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use workload::Cell;

/// The cells of one section in the order of round `round`. ChaCha8 is the same on every platform and in every version.
pub(crate) fn shuffled(cells: &[Cell], seed: u64, section: &str, round: u32) -> Vec<Cell> {
    let name = section.bytes().fold(seed, |mix, byte| mix.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte));
    let mut generator = ChaCha8Rng::seed_from_u64(name.wrapping_add(u64::from(round)));
    let mut order = cells.to_vec();
    order.shuffle(&mut generator);
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells() -> Vec<Cell> {
        (0..10).map(|n| format!("m{n}/c/plain/new-conn").parse().unwrap()).collect()
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
