//! The table of choices that cost more than the least one.

use analysis::verdict::Dearer;

use crate::table::Table;
use crate::table::column::{Column, table};
use crate::verdict::{more, times};

/// The table; `None` where no choice costs more.
pub(crate) fn dearer(dearer: &[Dearer]) -> Option<Table> {
    let columns = [
        Column::new("instead", |one: &&Dearer| one.name.clone()),
        Column::new("costs more", |one: &&Dearer| more(one)),
        Column::new("times the least", |one: &&Dearer| times(&one.ratio)).right(),
    ];
    (!dearer.is_empty()).then(|| table(&columns, dearer))
}
