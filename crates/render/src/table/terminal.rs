//! A table for a terminal, with as many columns as fit.

use comfy_table::{CellAlignment, ContentLineStyle, LineStyle, TableStyle};

use super::{Align, Head, Table};

/// Columns side by side under one line, without lines between rows, to keep a table short.
const STYLE: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none())
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .content_lines(ContentLineStyle::none());

/// The width of a column besides its text: a blank on either side and one in between.
const AROUND: usize = 3;

/// Draws all of it, without its title.
pub fn draw(table: &Table) -> String {
    let mut drawn = comfy_table::Table::new();
    drawn.load_style(STYLE);
    drawn.set_header(table.heads.iter().map(|head| &head.title));
    for row in &table.rows {
        drawn.add_row(row.iter().map(|field| &field.text));
    }
    for (column, head) in drawn.column_iter_mut().zip(&table.heads) {
        if head.align == Align::Right {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    drawn.to_string()
}

/// The columns that fit in `width`, and a line that names the others, which begins with a line feed; empty if there are
/// none. Wrapping columns into slivers would make them unreadable.
pub(crate) fn fitting(table: &Table, width: Option<u16>) -> (Table, String) {
    let Some(width) = width.map(usize::from) else { return (table.clone(), String::new()) };
    let needs = widths(table);
    let rank = |at: &usize| table.heads.get(*at).map_or(0, |head| head.rank);
    let mut shown: Vec<usize> = (0..needs.len()).collect();
    while shown.iter().filter_map(|at| needs.get(*at)).sum::<usize>() > width {
        match shown.iter().copied().max_by_key(rank).filter(|at| rank(at) > 0) {
            Some(least) => shown.retain(|at| *at != least),
            None => break,
        }
    }
    let left = table.heads.iter().enumerate().filter(|(at, _)| !shown.contains(at));
    let names: Vec<String> = left.map(|(_, head): (usize, &Head)| head.line()).collect();
    let told =
        if names.is_empty() { String::new() } else { format!("\nno room for: {} (--csv has them)", names.join(", ")) };
    (table.only(&shown), told)
}

/// The least width of each column, in characters.
pub(crate) fn widths(table: &Table) -> Vec<usize> {
    let longest = |text: &str| text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    let column = |(at, head): (usize, &Head)| {
        let fields = table.rows.iter().filter_map(|row| row.get(at)).map(|field| longest(&field.text));
        fields.max().unwrap_or(0).max(longest(&head.title)) + AROUND
    };
    table.heads.iter().enumerate().map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::column::{Column, table};

    fn ranked() -> Table {
        let column = |title: &'static str, rank| Column::new(title, move |_: &()| title).rank(rank);
        table(&[column("cell", 0), column("much\nless", 2), column("less", 1), column("least", 3)], [()])
    }

    #[test]
    fn where_it_is_narrow_the_highest_ranks_give_way() {
        let shown = |width| {
            let (table, told) = fitting(&ranked(), width);
            (table.heads.iter().map(Head::line).collect::<Vec<_>>().join(", "), told)
        };
        assert_eq!(widths(&ranked()), [7, 7, 7, 8]);
        for width in [None, Some(29), Some(500)] {
            assert_eq!(shown(width), ("cell, much less, less, least".to_owned(), String::new()));
        }
        assert_eq!(
            shown(Some(28)),
            ("cell, much less, less".to_owned(), "\nno room for: least (--csv has them)".to_owned())
        );
        let told = "\nno room for: much less, less, least (--csv has them)";
        assert_eq!(shown(Some(1)), ("cell".to_owned(), told.to_owned()), "without which there is no table");
    }
}
