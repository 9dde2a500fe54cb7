//! A primitive that is set up: what is done over and over, and timed.

use crate::Error;
use crate::clock::timed;

/// A primitive that is set up, to be done as often as one likes.
pub struct Operation(Box<Batch>);

/// Does something so many times, and says how long that took, ns of CPU.
type Batch = dyn FnMut(u64) -> Result<u64, Error> + Send;

impl Operation {
    /// Does it `times` times, and says how long all of them took, ns of CPU.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn run(&mut self, times: u64) -> Result<u64, Error> {
        (self.0)(times)
    }

    /// One that is timed as a whole.
    pub(super) fn of<T>(mut once: impl FnMut() -> Result<T, Error> + Send + 'static) -> Operation {
        Operation::batch(move |times| {
            let mut sum = 0;
            timed(&mut sum, || (0..times).try_for_each(|_| once().map(|result| drop(std::hint::black_box(result)))))?;
            Ok(sum)
        })
    }

    /// One that times itself.
    pub(super) fn batch(batch: impl FnMut(u64) -> Result<u64, Error> + Send + 'static) -> Operation {
        Operation(Box::new(batch))
    }
}

/// An error where what was computed `is_right` not.
pub(super) fn demand(is_right: bool, what: &'static str, reason: &str) -> Result<(), Error> {
    match is_right {
        true => Ok(()),
        false => Err(Error::Primitive { what, reason: reason.to_owned() }),
    }
}
