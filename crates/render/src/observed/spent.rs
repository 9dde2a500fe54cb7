//! The table of where the time of an observed command went.

use diagnosis::Diagnosis;

use crate::format::time;
use crate::table::column::{Column, table as of};
use crate::table::{Look, Table};

/// A row: a part of the run's time.
struct Line {
    what: String,
    ns: u64,
    percent: f64,
}

/// A row for each part and one for the total, with the time and its share of the run in percent. Empty parts are
/// omitted.
pub(crate) fn table(diagnosis: &Diagnosis) -> Table {
    let columns = [
        Column::new("what", |line: &Line| line.what.clone()),
        Column::new("time", |line: &Line| line.ns).number(time).right(),
        Column::new("of the run", |line: &Line| line.percent).number(|percent| format!("{percent:.0} %")).right(),
    ];
    of(&columns, lines(diagnosis)).looking(Look::Plain)
}

fn lines(diagnosis: &Diagnosis) -> Vec<Line> {
    let Some(account) = &diagnosis.account else { return Vec::new() };
    let line = |what, ns| Line { what, ns, percent: 100.0 * ns as f64 / account.wall_ns.max(1) as f64 };
    let parts = account.parts.iter().filter(|spent| spent.ns > 0).map(|spent| {
        let at_once = spent.at_once.map_or_else(String::new, |at_once| format!(", {at_once:.1} at a time"));
        line(format!("{}{at_once}", spent.part.name()), spent.ns)
    });
    parts.chain([line("total".to_owned(), account.wall_ns)]).collect()
}
