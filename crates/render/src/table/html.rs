//! A table on a page.

use askama::Template;

use super::{Align, Look, Table};

/// A table as a template of the page.
#[derive(Template)]
#[template(path = "table.html")]
pub(crate) struct Html<'a> {
    table: &'a Table,
    /// Its class; none if empty.
    class: &'static str,
    sortable: bool,
    /// Whether the first field is the row's header.
    named: bool,
}

impl Table {
    /// The element, without the title above it, which the page writes.
    pub(crate) fn html(&self) -> Html<'_> {
        let (class, sortable, named) = match self.look {
            Look::Sortable => ("sortable", true, false),
            Look::SortableByName => ("sortable", true, true),
            Look::Plain => ("", false, true),
            Look::Counts => ("counts", false, true),
        };
        Html { table: self, class, sortable, named }
    }
}
