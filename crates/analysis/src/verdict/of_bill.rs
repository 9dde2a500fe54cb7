//! The verdict of a profile: what the CPU time of each cell over TLS went to.

use profile::bill::{CellBill, Sheet};

use super::sentence::{Sentence, Share, Spent};
use crate::bills::group::Group;
use crate::bills::{agrees, by_group, tax_holds};

/// Parts that are named.
const NAMED: usize = 2;

/// A sentence for each cell whose plain twin was profiled too; where there is none, for every cell.
pub fn of_sheet(sheet: &Sheet) -> Vec<Sentence> {
    let taxed: Vec<Sentence> = sheet.cells.iter().filter_map(|cell| tax(sheet, cell)).collect();
    let spent = if taxed.is_empty() { sheet.cells.iter().filter_map(whole).collect() } else { taxed };
    if spent.is_empty() { vec![Sentence::NothingCounts { trials: 0 }] } else { spent }
}

/// What its TLS adds, where sampling tells that from nothing.
fn tax(sheet: &Sheet, cell: &CellBill) -> Option<Sentence> {
    let tax = cell.tax.as_ref()?;
    let us = tax.per_request_us;
    let holds = tax_holds(sheet, cell) && us.low > 0.0;
    let shares = if holds { by_group(tax) } else { Vec::new() };
    Some(Sentence::Spent(Spent { cell: cell.cell.clone(), is_tax: true, us, shares: named(shares) }))
}

fn whole(cell: &CellBill) -> Option<Sentence> {
    let us = cell.bill.per_request_us?;
    let of = |group: Group| {
        let items = group.classes().filter_map(|class| cell.bill.item(class)?.per_request_us);
        (group, items.map(|item| item.value).sum())
    };
    let mut groups: Vec<(Group, f64)> = Group::ALL.map(of).into();
    groups.sort_by(|a, b| b.1.total_cmp(&a.1));
    let shares = if agrees(cell) && cell.kernel { groups } else { Vec::new() };
    Some(Sentence::Spent(Spent { cell: cell.cell.clone(), is_tax: false, us, shares: named(shares) }))
}

fn named(groups: Vec<(Group, f64)>) -> Vec<Share> {
    let above = groups.into_iter().filter(|(_, us)| *us > 0.0).take(NAMED);
    above.map(|(group, us)| Share { group, us }).collect()
}
