//! A table for a terminal, with as many columns as fit.

use comfy_table::{CellAlignment, ContentLineStyle, LineStyle, TableStyle};

use super::{Align, Field, Head, Table};

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

/// Draws as much of it as `width` has room for: all columns; or those that never give way, with a line that names the
/// others; or, where even those are too wide, each row as lines of its own. Columns without a word in them are left out.
/// `elsewhere` says where the others are to be had.
pub fn shown(table: &Table, width: Option<u16>, elsewhere: &str) -> String {
    let filled = without_empty(table);
    let (shown, left_out) = fitting(&filled, width, elsewhere);
    let needs: usize = widths(&shown).iter().sum();
    match width {
        // The last column's blank is cut off.
        Some(width) if needs > usize::from(width) + 2 => folded(&shown),
        _ => {
            let drawn = draw(&shown);
            let lines: Vec<&str> = drawn.lines().map(str::trim_end).collect();
            // The rule beneath the titles is no longer than what stands around it.
            let is_rule = |line: &str| line.starts_with('─');
            let length = |line: &&str| line.chars().count();
            let longest = lines.iter().filter(|line| !is_rule(line)).map(length).max().unwrap_or(0);
            let cut =
                |line: &&str| if is_rule(line) { line.chars().take(longest).collect() } else { (*line).to_owned() };
            format!("{}{left_out}", lines.iter().map(cut).collect::<Vec<String>>().join("\n"))
        }
    }
}

/// The table without columns that say nothing of any row.
fn without_empty(table: &Table) -> Table {
    let says = |at: &usize| table.rows.iter().any(|row| row.get(*at).is_some_and(|field| !field.text.is_empty()));
    let columns: Vec<usize> = (0..table.heads.len()).filter(|at| table.rows.is_empty() || says(at)).collect();
    table.only(&columns)
}

/// Each row as lines of its own: its name, and beneath it a line for each other field, behind its column's title.
fn folded(table: &Table) -> String {
    let row = |row: &Vec<Field>| {
        let mut fields = table.heads.iter().zip(row).filter(|(_, field)| !field.text.is_empty());
        let name = fields.next().map_or_else(String::new, |(_, field)| field.text.clone());
        let others = fields.map(|(head, field)| format!("\n  {}: {}", head.line(), field.text));
        format!("{name}{}", others.collect::<String>())
    };
    table.rows.iter().map(row).collect::<Vec<_>>().join("\n")
}

/// The columns that `width` has room for, and a line that names the others, which begins with a line feed; empty where
/// there are none. A column that is wrapped into slivers tells nobody anything.
fn fitting(table: &Table, width: Option<u16>, elsewhere: &str) -> (Table, String) {
    let Some(width) = width.map(usize::from) else { return (table.clone(), String::new()) };
    let needs = widths(table);
    let rank = |at: &usize| table.heads.get(*at).map_or(0, |head| head.rank);
    let mut shown: Vec<usize> = (0..needs.len()).collect();
    // The last column's blank is cut off.
    while shown.iter().filter_map(|at| needs.get(*at)).sum::<usize>() > width + 2 {
        match shown.iter().copied().max_by_key(rank).filter(|at| rank(at) > 0) {
            Some(least) => shown.retain(|at| *at != least),
            None => break,
        }
    }
    let left = table.heads.iter().enumerate().filter(|(at, _)| !shown.contains(at));
    let names: Vec<String> = left.map(|(_, head): (usize, &Head)| head.line()).collect();
    let told = if names.is_empty() {
        String::new()
    } else {
        format!("\nno room for: {} ({elsewhere} has them)", names.join(", "))
    };
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
            let (table, told) = fitting(&ranked(), width, "--csv");
            (table.heads.iter().map(Head::line).collect::<Vec<_>>().join(", "), told)
        };
        assert_eq!(widths(&ranked()), [7, 7, 7, 8]);
        for width in [None, Some(27), Some(500)] {
            assert_eq!(shown(width), ("cell, much less, less, least".to_owned(), String::new()));
        }
        assert_eq!(
            shown(Some(26)),
            ("cell, much less, less".to_owned(), "\nno room for: least (--csv has them)".to_owned())
        );
        let told = "\nno room for: much less, less, least (--csv has them)";
        assert_eq!(shown(Some(1)), ("cell".to_owned(), told.to_owned()), "without which there is no table");
    }

    #[test]
    fn where_no_column_fits_rows_are_folded_and_empty_columns_are_left_out() {
        let column = |title: &'static str, text: &'static str| Column::new(title, move |_: &()| text);
        let table = table(&[column("cell", "a/b/c"), column("its\ncost", "27 µs"), column("tax", "")], [(), ()]);
        assert_eq!(super::shown(&table, Some(10), "--csv"), "a/b/c\n  its cost: 27 µs\na/b/c\n  its cost: 27 µs");
        let wide = super::shown(&table, Some(14), "--csv");
        assert!(wide.lines().all(|line| line.chars().count() <= 14), "{wide}");
        assert!(wide.contains("cost") && !wide.contains("tax"), "{wide}");
    }
}
