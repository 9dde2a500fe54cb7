//! A rayon pool with a thread per slot.
//!
//! A pool of thousands of threads hardly makes progress. A thread without work looks into the queue of every other one,
//! 33 times before it sleeps (rayon-core 1.13, `WorkerThread::steal` and `ROUNDS_UNTIL_SLEEPING`), and at every 128th
//! queue the memory reclamation of crossbeam-epoch 0.9 visits all threads (`Global::try_advance`). So the time of one
//! search grows with the square of their number, and that of all threads together, as when the pool starts and when a
//! trial ends, with its cube.

use super::rayon;
use crate::catalog::model::Model;

/// The entry. Its functions are listed with the model `rayon`.
pub static MODEL: Model = Model {
    name: "rayon-pool",
    core: true,
    discontinued: false,
    note: "a rayon pool of C threads, 1,024 at most",
    libraries: rayon::LIBRARIES,
    symbols: &[],
    threads_variable: None,
    thread_per_slot: true,
    crowded,
};

/// The most threads of a pool. Measured on two CPUs with jobs that sleep for 1 ms, CPU time per job: 0.17 ms with 512
/// threads, 0.7 ms with 1,024, 3.7 ms with 1,536, 55 ms with 2,048.
const MOST_THREADS: u32 = 1_024;

fn crowded(threads: u32) -> Option<String> {
    (threads > MOST_THREADS).then(|| {
        format!(
            "a rayon pool of {threads} threads hardly gets to its work: each idle thread searches the queues of all \
             others (rayon#394, crossbeam#852); use -c {MOST_THREADS} at most, or the model threads"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::models;

    #[test]
    fn a_pool_of_thousands_of_threads_is_refused_and_other_models_are_not() {
        assert_eq!(crowded(1_024), None);
        for slots in [1_025, 4_096, u32::MAX] {
            let words = crowded(slots).unwrap();
            assert!(words.contains(&slots.to_string()) && words.contains("-c 1024 at most"), "{words}");
        }
        let crowds = models::ALL.iter().filter(|model| (model.crowded)(4_096).is_some());
        assert_eq!(crowds.map(|model| model.name).collect::<Vec<_>>(), [MODEL.name]);
    }
}
