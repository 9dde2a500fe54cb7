//! Words of bills that tables, sentences and charts share.

use analysis::bills::Doubt;
use profile::bill::{CellBill, Class, Interval};
use workload::Cell;

use crate::format::{grouped, number};

/// What a bill lacks and why it may be wrong, in words.
pub(crate) fn doubts(cell: &CellBill) -> Vec<String> {
    analysis::bills::doubts(cell).iter().map(doubt).collect()
}

fn doubt(doubt: &Doubt<'_>) -> String {
    match doubt {
        Doubt::UserSpaceOnly => "user space only: the kernel's part is missing".to_owned(),
        Doubt::ShortThreadsMissing => {
            "sampled by thread: threads shorter than a sampling period are missing".to_owned()
        }
        Doubt::Disagrees { ratio } => format!("samples make {:.0} % of the CPU clock", ratio * 100.0),
        Doubt::NoClock => "the CPU clock did not advance: nothing to compare it with".to_owned(),
        Doubt::Lost(samples) => format!("{} samples lost", grouped(*samples as f64)),
        Doubt::WithoutSymbols(objects) => format!("no symbols: {}", objects.join(", ")),
    }
}

/// A figure with its interval: `243 (231–260)`; for negative numbers without the dash, which would look like a sign.
pub(crate) fn with_interval(interval: &Interval) -> String {
    ranged(interval.value, interval.low, interval.high)
}

/// The same from a number and both ends of its interval.
pub(crate) fn ranged(value: f64, low: f64, high: f64) -> String {
    let between = if low < 0.0 || high < 0.0 { " to " } else { "–" };
    format!("{} ({}{between}{})", number(value), number(low), number(high))
}

/// The cell without its connection.
pub(crate) fn short_name(cell: &Cell) -> String {
    format!("{}/{} · {}", cell.model, cell.client, cell.tls)
}

/// A short form of a class, where there is no room for its name.
pub(crate) fn short(class: Class) -> &'static str {
    match class {
        Class::KeyExchange => "key exch.",
        Class::ChainValidation => "chain",
        Class::CertificateVerify => "CertVerify",
        Class::KeySchedule => "key sched.",
        Class::RecordEncryption => "records",
        Class::TlsState => "TLS",
        Class::TrustStore => "trust store",
        Class::Http => "HTTP",
        Class::Runtime => "runtime",
        Class::ThreadCreation => "threads",
        Class::Memory => "memory",
        Class::KernelNetwork => "k: network",
        Class::KernelOther => "k: other",
        Class::Harness => "tlstax",
        Class::Other => "other",
    }
}

#[cfg(test)]
mod tests {
    use analysis::bills::tax_holds;

    use super::doubts;
    use crate::bills::fixtures::sheet;

    #[test]
    fn what_a_bill_lacks_is_said() {
        let mut sheet = sheet();
        assert!(tax_holds(&sheet, &sheet.cells[0]) && doubts(&sheet.cells[0]).is_empty());
        assert!(!tax_holds(&sheet, &sheet.cells[3]), "half the CPU clock");
        if let Some(coverage) = &mut sheet.cells[2].bill.coverage {
            coverage.agrees = false;
        }
        assert!(!tax_holds(&sheet, &sheet.cells[0]), "the twin's bill does not agree");
        let cell = &mut sheet.cells[0];
        (cell.kernel, cell.short_threads, cell.bill.lost) = (false, false, 3);
        let told = doubts(cell).join("; ");
        for words in ["the kernel's part is missing", "shorter than a sampling period", "3 samples lost"] {
            assert!(told.contains(words), "{told}");
        }
    }
}
