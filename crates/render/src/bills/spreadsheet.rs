//! Bills as CSV: a line per cell and class, and one for the total of each cell.

use profile::bill::{Bill, CellBill, Class, Coverage, Interval, Sheet};

use crate::table::column::Column;
use crate::table::csv;

/// The class in the line of a cell's total.
const TOTAL: &str = "total";

/// The subject of a line.
struct Line<'a> {
    cell: &'a CellBill,
    /// The class; `None` for the total.
    class: Option<Class>,
}

impl<'a> Line<'a> {
    /// Values of the whole bill are only in the line of the total.
    fn whole(&self) -> Option<&'a CellBill> {
        self.class.is_none().then_some(self.cell)
    }

    fn bill(&self) -> Option<&'a Bill> {
        self.whole().map(|cell| &cell.bill)
    }

    fn coverage(&self) -> Option<Coverage> {
        self.bill()?.coverage
    }

    fn samples(&self) -> u64 {
        let bill = &self.cell.bill;
        self.class.map_or(bill.samples, |class| bill.item(class).map_or(0, |item| item.samples))
    }

    fn spent(&self) -> Option<Interval> {
        let bill = &self.cell.bill;
        self.class.map_or(bill.per_request_us, |class| bill.item(class)?.per_request_us)
    }

    fn tax(&self) -> Option<Interval> {
        let tax = self.cell.tax.as_ref()?;
        match self.class {
            None => Some(tax.per_request_us),
            Some(class) => Some(tax.levies.iter().find(|levy| levy.class == class)?.per_request_us),
        }
    }
}

fn columns<'a>() -> [Column<'a, Line<'a>>; 13] {
    [
        Column::csv_only(&["cell"], |line: &Line<'_>| line.cell.cell.to_string()),
        Column::csv_only(&["class"], |line: &Line<'_>| line.class.map_or(TOTAL, Class::key)),
        Column::csv_only(&["samples"], Line::samples),
        Column::csv_only(&["cpu_us_per_request", "cpu_low", "cpu_high"], Line::spent).decimals(4),
        Column::csv_only(&["tls_tax_us_per_request", "tls_tax_low", "tls_tax_high"], Line::tax).decimals(4),
        Column::csv_only(
            &["samples_by_cpu_clock", "samples_by_cpu_clock_low", "samples_by_cpu_clock_high"],
            |line: &Line<'_>| line.coverage().map(|coverage| coverage.ratio),
        )
        .decimals(4),
        Column::csv_only(&["agrees"], |line: &Line<'_>| line.coverage().map(|coverage| coverage.agrees)),
        Column::csv_only(&["kernel"], |line: &Line<'_>| line.whole().map(|cell| cell.kernel)),
        Column::csv_only(&["short_threads"], |line: &Line<'_>| line.whole().map(|cell| cell.short_threads)),
        Column::csv_only(&["requests"], |line: &Line<'_>| line.bill().map(|bill| bill.requests)),
        Column::csv_only(&["period_ns"], |line: &Line<'_>| line.bill().map(|bill| bill.period_ns)),
        Column::csv_only(&["truncated"], |line: &Line<'_>| line.bill().map(|bill| bill.truncated)),
        Column::csv_only(&["lost"], |line: &Line<'_>| line.bill().map(|bill| bill.lost)),
    ]
}

/// The sheet as CSV with a header, empty where there is no figure: µs of CPU per request with their 95 % intervals,
/// and the difference to the plain request.
///
/// # Errors
///
/// None that a sheet can cause: the writer's target is memory.
pub(crate) fn csv(sheet: &Sheet) -> Result<String, ::csv::Error> {
    let classes = || Class::ALL.into_iter().map(Some).chain([None]);
    let lines = sheet.cells.iter().flat_map(|cell| classes().map(move |class| Line { cell, class }));
    csv::write(&columns(), lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bills::fixtures::sheet;

    #[test]
    fn there_is_a_line_per_cell_and_class_and_one_for_the_whole() {
        let text = csv(&sheet()).unwrap();
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        let lines: Vec<::csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        assert_eq!(lines.len(), sheet().cells.len() * (Class::ALL.len() + 1));
        let first = lines[0].iter().take(5).collect::<Vec<_>>();
        assert_eq!(first[..4], ["tokio-current/hyper/rustls/new-conn", "key-exchange", "2000", "200.0000"]);
        let total = lines.iter().find(|line| &line[1] == TOTAL).unwrap();
        assert_eq!((&total[9], &total[12], &total[15], &total[17]), ("1.0000", "true", "10000", "7"));
        let sum: f64 = lines[..15].iter().map(|line| line[6].parse::<f64>().unwrap()).sum();
        assert!((sum - total[6].parse::<f64>().unwrap()).abs() < 0.01, "the levies make the tax");
        let plain = lines.iter().find(|line| line[0].contains("/plain/")).unwrap();
        assert_eq!(&plain[6], "", "a plain request has no tax");
    }
}
