//! Where the CPU time of a request goes: a stack of classes per profiled cell, and the same for the cost of TLS.

use profile::bill::{CellBill, Class, Interval, Sheet};

use super::bars::{Bar, Bars, Part, Piece, Shape, key};
use super::chart::{Chart, ChartError};
use super::palette::of_class;
use super::panel::{Panel, Runs};
use crate::bills::reading::paragraphs;
use crate::bills::words::{doubts, short, short_name, with_interval};
use crate::format::number;

/// How many times as expensive as the next cheaper one a cell over TLS must be to get a chart of its own: on the same
/// axis it would flatten the others.
const APART: f64 = 4.0;

/// Opacity of a bill that does not agree with the CPU clock.
const DOUBTED: f64 = 0.45;

/// What bars show.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    /// All of a request.
    Whole,
    /// What TLS adds to it.
    Tax,
}

/// The panel of whole bills.
pub(crate) const PANEL: Panel = Panel {
    id: "bill",
    heading: "Where the CPU time of a request goes",
    intro: "CPU time of the client's process per request by class of work, from samples of it; the line at a bar's \
            end is the 95 % interval of sampling. Pale bars marked ✗ do not account for the process's CPU clock; of \
            those marked * something is missing that the table of bills names. Time spent waiting is on no bill.",
    folded: false,
    runs: Runs::All,
    words: None,
    charts: |data| charts(&data.bills.sheet),
};

/// The panel of what TLS adds.
pub(crate) const TAX_PANEL: Panel = Panel {
    id: "bill-tax",
    heading: "What TLS adds, item by item",
    intro: "The bill over TLS without that of the plain request, class by class: what TLS saves stands left of zero.",
    folded: false,
    runs: Runs::All,
    words: Some(|data| paragraphs(&data.bills.sheet)),
    charts: |data| taxes(&data.bills.sheet),
};

/// A chart for every kind of connection; the most expensive cells get another one if they would flatten the rest.
///
/// # Errors
///
/// When the chart library refuses.
fn charts(sheet: &Sheet) -> Result<Vec<Chart>, ChartError> {
    parts(sheet, Of::Whole).iter().map(|set| chart(set, Of::Whole)).collect()
}

/// The same of the TLS tax: classes on which a request over TLS spends less stand left of zero.
///
/// # Errors
/// As [`charts`].
fn taxes(sheet: &Sheet) -> Result<Vec<Chart>, ChartError> {
    parts(sheet, Of::Tax).iter().map(|set| chart(set, Of::Tax)).collect()
}

/// Cells that stand on one axis.
struct Set<'a> {
    name: String,
    cells: Vec<&'a CellBill>,
}

fn parts(sheet: &Sheet, of: Of) -> Vec<Set<'_>> {
    let mut kinds: Vec<Set<'_>> = Vec::new();
    for cell in sheet.cells.iter().filter(|cell| total(cell, of).is_some()) {
        let name = cell.cell.connection.name();
        match kinds.iter_mut().find(|set| set.name == name) {
            Some(set) => set.cells.push(cell),
            None => kinds.push(Set { name: name.into_owned(), cells: vec![cell] }),
        }
    }
    kinds.into_iter().flat_map(|kind| by_magnitude(kind, of)).collect()
}

/// The kind's cells, cut where the next dearer one over TLS is [`APART`] times as dear.
fn by_magnitude(kind: Set<'_>, of: Of) -> Vec<Set<'_>> {
    let cost = |cell: &CellBill| total(cell, of).map_or(0.0, |total| total.value);
    let mut costs: Vec<f64> = kind.cells.iter().filter(|cell| cell.cell.is_tls()).map(|cell| cost(cell)).collect();
    costs.sort_by(f64::total_cmp);
    // Cut once: a picture for each magnitude would compare nothing any more.
    let gap = |pair: &&[f64]| pair[0] > 0.0 && pair[1] > pair[0] * APART;
    let Some(limit) = costs.windows(2).filter(gap).map(|pair| pair[0]).next_back() else { return vec![kind] };
    let (less, more) = kind.cells.into_iter().partition(|cell| cost(cell) <= limit);
    vec![Set { name: kind.name.clone(), cells: less }, Set { name: format!("{}, the dearest", kind.name), cells: more }]
}

fn total(cell: &CellBill, of: Of) -> Option<Interval> {
    match of {
        Of::Whole => cell.bill.per_request_us,
        Of::Tax => cell.tax.as_ref().map(|tax| tax.per_request_us),
    }
}

/// What each class costs, in the order of the classes.
fn costs(cell: &CellBill, of: Of) -> Vec<(Class, Interval)> {
    match of {
        Of::Whole => cell.bill.items.iter().filter_map(|item| Some((item.class, item.per_request_us?))).collect(),
        Of::Tax => cell.tax.iter().flat_map(|tax| &tax.levies).map(|levy| (levy.class, levy.per_request_us)).collect(),
    }
}

fn chart(set: &Set<'_>, of: Of) -> Result<Chart, ChartError> {
    let (id, title, axis, description) = match of {
        Of::Whole => (
            "bill",
            format!("Where the CPU time of a request goes, {}", set.name),
            "client CPU, µs per request",
            "A bar per profiled cell, a piece per class of work: CPU µs per request by samples, with the interval of \
             the whole. Pale bars do not agree with the process's CPU clock. bills.csv has the same figures.",
        ),
        Of::Tax => (
            "bill-tax",
            format!("What TLS adds to a request, {}", set.name),
            "client CPU beyond that of the plain request, µs",
            "A bar per profiled cell over TLS, a piece per class of work: what it costs beyond the plain request; left \
             of zero what it costs less. The line is the interval of the sum. bills.csv has the same figures.",
        ),
    };
    let keys = Class::ALL.into_iter().filter(|class| {
        set.cells.iter().any(|cell| costs(cell, of).iter().any(|(other, us)| other == class && us.value != 0.0))
    });
    let mut last = None;
    let rows = set.cells.iter().map(|cell| {
        let pair = (&cell.cell.model, &cell.cell.client);
        let apart = last.replace(pair).is_some_and(|last| last != pair);
        bar(cell, of, apart)
    });
    let bars = Bars {
        title: &title,
        axis,
        tick: &|us| number(*us),
        keys: keys.map(|class| key(of_class(class), class.name())).collect(),
        rows: rows.collect(),
        shape: Shape::LABELLED,
    };
    Ok(Chart::of(&format!("{id}-{}", set.name.replace(", ", "-")), &title, description, &bars.draw()?))
}

fn bar(cell: &CellBill, of: Of, apart: bool) -> Bar {
    let total = total(cell, of).unwrap_or_default();
    let doubts = doubts(cell);
    let agrees = analysis::bills::agrees(cell);
    let doubted = if doubts.is_empty() { String::new() } else { format!(" ({})", doubts.join("; ")) };
    let what = if of == Of::Whole { "of client CPU per request" } else { "of client CPU that TLS adds to a request" };
    let mark = match (agrees, doubts.is_empty()) {
        (false, _) => " ✗",
        (true, false) => " *",
        (true, true) => "",
    };
    let axes = cell.cell.to_string();
    let axes = axes.split_once('@').map_or_else(String::new, |(_, axes)| format!(" @{axes}"));
    Bar {
        cell: Some(cell.cell.to_string()),
        label: format!("{}{axes}", short_name(&cell.cell)),
        apart,
        pieces: pieces(&costs(cell, of), total, if agrees { 1.0 } else { DOUBTED }),
        interval: Some((total.low, total.high)),
        value: format!("{}{mark}", with_interval(&total)),
        told: format!("{}: {} µs {what}{doubted}", cell.cell, with_interval(&total)),
    }
}

/// The bar of a whole bill.
pub(super) fn whole(cell: &CellBill) -> Bar {
    bar(cell, Of::Whole, false)
}

/// The pieces from left to right: negative ones up to zero, all others from there.
fn pieces(costs: &[(Class, Interval)], total: Interval, opacity: f64) -> Vec<Piece> {
    let below: f64 = costs.iter().map(|(_, us)| us.value.min(0.0)).sum();
    let mut from = below;
    let (less, more): (Vec<_>, Vec<_>) =
        costs.iter().filter(|(_, us)| us.value != 0.0).partition(|(_, us)| us.value < 0.0);
    let piece = |(class, us): &(Class, Interval)| {
        let to = from + us.value.abs();
        let share = if total.value > 0.0 { us.value / total.value * 100.0 } else { 0.0 };
        let told = format!("{}: {} µs, {share:.1} % of {}", class.name(), with_interval(us), number(total.value));
        let inside = if share.abs() < INSIDE_FROM {
            Vec::new()
        } else {
            let short = short(*class);
            vec![format!("{short} {}", number(us.value)), short.to_owned(), number(us.value)]
        };
        let piece = Piece { from, to, color: of_class(*class), opacity, part: Some(Part { told, inside }) };
        from = to;
        piece
    };
    less.into_iter().chain(more).map(piece).collect()
}

/// Share of a bar, in percent, from which a piece has text inside.
const INSIDE_FROM: f64 = 3.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bills::fixtures::sheet;

    fn ids(charts: &[Chart]) -> Vec<&str> {
        charts.iter().map(|chart| chart.id.as_str()).collect()
    }

    #[test]
    fn the_dearest_do_not_flatten_the_others() {
        let sheet = sheet();
        let (bills, taxes) = (charts(&sheet).unwrap(), taxes(&sheet).unwrap());
        let kinds = ["new-conn", "new-client", "new-client-the-dearest", "keep-alive"];
        assert_eq!(ids(&bills), kinds.map(|kind| format!("bill-{kind}")));
        assert_eq!(ids(&taxes), kinds.map(|kind| format!("bill-tax-{kind}")));
        let rows = |chart: &Chart| chart.svg.matches("class=\"row\"").count();
        assert_eq!(bills.iter().map(rows).collect::<Vec<_>>(), [5, 2, 1, 2], "every cell stands on one of them");
        assert_eq!(taxes.iter().map(rows).collect::<Vec<_>>(), [3, 1, 1, 1]);
    }

    #[test]
    fn every_piece_says_what_it_is() {
        let svg = &charts(&sheet()).unwrap()[0].svg;
        assert!(svg.contains("<title>key exchange: 200 (191–209) µs, 21.4 % of 936</title>"), "{svg}");
        assert!(svg.contains(">CertVerify 420</text>") && svg.contains(">certificate chain validation</text>"));
        assert!(svg.contains("samples make 50 % of the CPU clock"));
    }

    #[test]
    fn what_tls_saves_stands_left_of_zero() {
        let us = |value| Interval { value, low: value - 1.0, high: value + 1.0 };
        let costs = [(Class::KeyExchange, us(100.0)), (Class::Http, us(-4.0)), (Class::Memory, us(-6.0))];
        let drawn = pieces(&costs, us(90.0), 1.0);
        let spans: Vec<(f64, f64)> = drawn.iter().map(|piece| (piece.from, piece.to)).collect();
        assert_eq!(spans, [(-10.0, -6.0), (-6.0, 0.0), (0.0, 100.0)]);
        assert!(drawn[0].part.as_ref().is_some_and(|part| part.told.starts_with("HTTP: -4.0 (-5.0 to -3.0) µs")));
    }

    #[test]
    fn bills_without_requests_draw_nothing() {
        let mut sheet = sheet();
        for cell in &mut sheet.cells {
            (cell.bill.per_request_us, cell.tax) = (None, None);
        }
        assert!(charts(&sheet).unwrap().is_empty() && taxes(&sheet).unwrap().is_empty());
    }
}
