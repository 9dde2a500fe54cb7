//! A bill in sentences: the parts of the TLS tax, for each cell whose figures are reliable.

use analysis::bills::group::Group;
use analysis::bills::{by_group, levy, tax_holds};
use profile::bill::{CellBill, Class, Sheet, Tax};
use workload::{Cell, Connection};

use super::words::{doubts, with_interval};
use crate::format::number;

/// Share of the tax from which a group is named.
const NAMED: f64 = 0.02;

/// A paragraph for every cell with a tax, and what makes its figures doubtful. Cells are left out whose bill or whose
/// plain twin's bill disagrees with the CPU clock or lacks the kernel: shares of an incomplete bill are misleading.
pub fn paragraphs(sheet: &Sheet) -> Vec<String> {
    let of_cell = |cell: &CellBill| {
        let beware = doubts(cell);
        let beware = if beware.is_empty() { String::new() } else { format!(" Beware: {}.", beware.join("; ")) };
        Some(format!("{}{beware}", paragraph(cell)?))
    };
    sheet.cells.iter().filter(|cell| tax_holds(sheet, cell)).filter_map(of_cell).collect()
}

/// The paragraph of one cell, whether its figures are reliable or not. `None` without a tax.
pub(crate) fn paragraph(cell: &CellBill) -> Option<String> {
    let tax = cell.tax.as_ref()?;
    let whole = tax.per_request_us;
    let name = &cell.cell;
    let (library, where_to) = (&name.tls, added_to(name));
    if whole.low <= 0.0 {
        return Some(format!(
            "What {library} adds to {where_to} ({}/{}) does not differ significantly from zero: {} µs.",
            name.model,
            name.client,
            with_interval(&whole)
        ));
    }
    let (named, rest): (Vec<_>, Vec<_>) = by_group(tax).into_iter().partition(|(_, us)| us / whole.value >= NAMED);
    let mut parts: Vec<String> = named.iter().map(|(group, us)| part(tax, *group, *us)).collect();
    let rest: f64 = rest.iter().map(|(_, us)| us).sum();
    if rest >= 0.0 {
        parts.push(format!("all else {:.0} %", rest / whole.value * 100.0));
    } else {
        parts.push(format!("all else {} µs less than without TLS", number(-rest)));
    }
    Some(format!(
        "Of the {} µs of CPU that {library} adds to {where_to} ({}/{}), {}.{}",
        with_interval(&whole),
        name.model,
        name.client,
        parts.join("; "),
        saved(tax)
    ))
}

/// `58 % is asymmetric cryptography (key exchange 200 µs, …)`: a group of several classes names them.
fn part(tax: &Tax, group: Group, us: f64) -> String {
    let share = us / tax.per_request_us.value * 100.0;
    let mut classes: Vec<(Class, f64)> = group.classes().map(|class| (class, levy(tax, class).value)).collect();
    classes.retain(|(_, us)| *us != 0.0);
    let parts = match classes.as_slice() {
        [_, _, ..] => {
            classes.iter().map(|(class, us)| format!("{} {}", class.name(), number(*us))).collect::<Vec<_>>().join(", ")
        }
        _ => number(us),
    };
    format!("{share:.0} % is {} ({parts} µs)", group.name())
}

/// The classes in which a request over TLS costs significantly less.
fn saved(tax: &Tax) -> String {
    let less = tax.levies.iter().filter(|levy| levy.per_request_us.high < 0.0);
    let less: Vec<String> =
        less.map(|levy| format!("{} {} µs", levy.class.name(), number(-levy.per_request_us.value))).collect();
    if less.is_empty() {
        String::new()
    } else {
        format!(" It spends less than the plain request on: {}.", less.join(", "))
    }
}

fn added_to(cell: &Cell) -> String {
    let kind = match cell.connection {
        Connection::NewConn => "a request over a new connection".to_owned(),
        Connection::Resumed => "a request over a new connection that resumes a session".to_owned(),
        Connection::KeepAlive => "a request over a kept connection".to_owned(),
        Connection::KeepAliveFor(requests) => format!("a request, {requests} of which share a connection"),
        Connection::NewClient => "a request with a client object of its own".to_owned(),
        Connection::Own => "a request".to_owned(),
    };
    match cell.to_string().split_once('@') {
        Some((_, axes)) => format!("{kind} at {axes}"),
        None => kind,
    }
}

#[cfg(test)]
mod tests {
    use profile::bill::Interval;

    use super::*;
    use crate::bills::fixtures::sheet;

    #[test]
    fn a_tax_is_told_by_group_with_the_classes_that_make_it() {
        let told = paragraphs(&sheet());
        let begins = "Of the 795 (";
        assert!(told[0].starts_with(begins), "{}", told[0]);
        for words in [
            "µs of CPU that rustls adds to a request over a new connection (tokio-current/hyper), ",
            "74 % is asymmetric cryptography (key exchange 200, certificate chain validation 180, CertificateVerify \
             210 µs); ",
            "15 % is symmetric cryptography (key schedule and hashes 110, record encryption 6.0 µs); ",
            "8 % is the kernel (60 µs); ",
            "all else 1.0 µs less than without TLS.",
        ] {
            assert!(told[0].contains(words), "{words} in {}", told[0]);
        }
    }

    #[test]
    fn bills_that_do_not_agree_are_not_read_aloud() {
        let mut sheet = sheet();
        let told = paragraphs(&sheet).join("\n");
        assert!(!told.contains("threads/ureq") && told.contains("with a client object of its own"), "{told}");
        sheet.cells[0].short_threads = false;
        assert!(
            paragraphs(&sheet)[0]
                .ends_with("Beware: sampled by thread: threads shorter than a sampling period are missing.")
        );
        sheet.cells[0].kernel = false;
        assert!(!paragraphs(&sheet)[0].contains("rustls adds to a request over a new connection"));
    }

    #[test]
    fn a_tax_that_sampling_cannot_see_is_not_itemised() {
        let mut sheet = sheet();
        if let Some(tax) = &mut sheet.cells[0].tax {
            tax.per_request_us = Interval { value: 3.0, low: -2.0, high: 8.0 };
        }
        assert!(paragraphs(&sheet)[0].contains("does not differ significantly from zero: 3.0 (-2.0 to 8.0) µs"));
    }
}
