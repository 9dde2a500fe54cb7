//! The verdict of a command: the sentences that it begins with, as values.
//!
//! A [`Sentence`] holds what it says and the [`Evidence`] that this rests on: each figure with its interval and with
//! the number of rounds that it is of. It is made here from figures alone. Crate `render` puts it into words, the same
//! ones for a terminal, a page, Markdown and JSON.

mod evidence;
mod of_bill;
mod of_comparison;
mod of_run;
mod of_stock;
mod of_talk;
mod sentence;

pub use evidence::Evidence;
pub use of_bill::of_sheet;
pub use of_comparison::of_comparison;
pub use of_run::{added_to, choose, headline, of_run};
pub use of_stock::as_shipped;
pub use of_talk::of_talk;
pub use sentence::{
    Added, AsShipped, Chosen, Compared, Costs, Dearer, Fits, Headline, Kept, Saved, Sentence, Share, Shipped, Spent,
    Staged, TlsAdds, Told, Varied, Waited, Waits, Way,
};
