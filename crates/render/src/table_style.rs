//! The style of all tables for a terminal.

use comfy_table::{ContentLineStyle, LineStyle, TableStyle};

/// Columns side by side under one line: nothing between rows, so that a table stays as short as its figures.
pub const STYLE: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none())
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .content_lines(ContentLineStyle::none());
