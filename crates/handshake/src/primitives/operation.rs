//! A primitive that has been set up, to be run repeatedly and timed.

use crate::Error;
use crate::clock::timed;

/// A primitive that has been set up, and can be run any number of times.
pub struct Operation(Box<Batch>);

/// Runs something this many times, and returns the CPU time, ns.
type Batch = dyn FnMut(u64) -> Result<u64, Error> + Send;

impl Operation {
    /// Runs it `times` times, and returns the total CPU time, ns.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn run(&mut self, times: u64) -> Result<u64, Error> {
        (self.0)(times)
    }

    /// An operation that is timed as a whole.
    pub(super) fn of<T>(mut once: impl FnMut() -> Result<T, Error> + Send + 'static) -> Operation {
        Operation::batch(move |times| {
            let mut sum = 0;
            timed(&mut sum, || (0..times).try_for_each(|_| once().map(|result| drop(std::hint::black_box(result)))))?;
            Ok(sum)
        })
    }

    /// An operation that measures its own time.
    pub(super) fn batch(batch: impl FnMut(u64) -> Result<u64, Error> + Send + 'static) -> Operation {
        Operation(Box::new(batch))
    }
}

/// An error unless the result `is_right`.
pub(super) fn demand(is_right: bool, what: &'static str, reason: &str) -> Result<(), Error> {
    match is_right {
        true => Ok(()),
        false => Err(Error::Primitive { what, reason: reason.to_owned() }),
    }
}
