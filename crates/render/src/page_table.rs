//! A table of the page, which is a table of the Markdown report too.

use crate::markdown_escape::escaped;
use crate::table_cell::TableCell;

/// A table of the page.
pub(crate) struct Table {
    /// Its anchor.
    pub(crate) id: &'static str,
    pub(crate) heading: &'static str,
    pub(crate) intro: String,
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<TableCell>>,
}

impl Table {
    /// The same in Markdown.
    pub(crate) fn markdown(&self) -> String {
        let line =
            |fields: &mut dyn Iterator<Item = String>| format!("| {} |\n", fields.collect::<Vec<_>>().join(" | "));
        let head = line(&mut self.columns.iter().map(|name| escaped(name)));
        let rule = line(&mut self.columns.iter().map(|_| "---".to_owned()));
        let rows = self.rows.iter().map(|row| line(&mut row.iter().map(|field| escaped(&field.text))));
        rows.fold(head + &rule, |text, row| text + &row)
    }
}
