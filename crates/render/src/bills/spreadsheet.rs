//! Bills as CSV: a line per cell and class, and one for the whole of each cell.

use profile::bill::{CellBill, Class, Interval, Sheet};

/// The class of the line that has a cell's whole.
const TOTAL: &str = "total";

/// The sheet as CSV with a header, empty where there is no figure: µs of CPU per request with their 95 % intervals, and
/// what of them the plain request does not have. What holds for the whole of a bill stands in its line of the total.
///
/// # Errors
/// None that a sheet can cause: the writer's target is memory.
pub(crate) fn csv(sheet: &Sheet) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER)?;
    for cell in &sheet.cells {
        for class in Class::ALL {
            let item = cell.bill.item(class);
            let levy = cell.tax.as_ref().and_then(|tax| tax.levies.iter().find(|levy| levy.class == class));
            let samples = item.map_or(0, |item| item.samples);
            let spent = item.and_then(|item| item.per_request_us);
            let line = line(cell, class.key(), samples, spent, levy.map(|levy| levy.per_request_us));
            writer.write_record(line.into_iter().chain([const { String::new() }; 10]))?;
        }
        let tax = cell.tax.as_ref().map(|tax| tax.per_request_us);
        let total = line(cell, TOTAL, cell.bill.samples, cell.bill.per_request_us, tax);
        writer.write_record(total.into_iter().chain(of_whole(cell)))?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn line(cell: &CellBill, class: &str, samples: u64, spent: Option<Interval>, tax: Option<Interval>) -> Vec<String> {
    let mut fields = vec![cell.cell.to_string(), class.to_owned(), samples.to_string()];
    fields.extend(figures(spent));
    fields.extend(figures(tax));
    fields
}

fn of_whole(cell: &CellBill) -> Vec<String> {
    let bill = &cell.bill;
    let mut fields = figures(bill.coverage.map(|coverage| coverage.ratio)).to_vec();
    fields.push(bill.coverage.map_or_else(String::new, |coverage| coverage.agrees.to_string()));
    fields.extend([cell.kernel.to_string(), cell.short_threads.to_string()]);
    fields.extend([bill.requests, bill.period_ns, bill.truncated, bill.lost].map(|count| count.to_string()));
    fields
}

fn figures(interval: Option<Interval>) -> [String; 3] {
    interval.map_or([const { String::new() }; 3], |us| [us.value, us.low, us.high].map(|us| format!("{us:.4}")))
}

const HEADER: [&str; 19] = [
    "cell",
    "class",
    "samples",
    "cpu_us_per_request",
    "cpu_low",
    "cpu_high",
    "tls_tax_us_per_request",
    "tls_tax_low",
    "tls_tax_high",
    "samples_by_cpu_clock",
    "samples_by_cpu_clock_low",
    "samples_by_cpu_clock_high",
    "agrees",
    "kernel",
    "short_threads",
    "requests",
    "period_ns",
    "truncated",
    "lost",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bills::fixtures::sheet;

    #[test]
    fn there_is_a_line_per_cell_and_class_and_one_for_the_whole() {
        let text = csv(&sheet()).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let lines: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
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
