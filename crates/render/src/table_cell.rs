//! A field of a table on the page: words, and the number behind them that it is sorted by.

/// One field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TableCell {
    pub(crate) text: String,
    pub(crate) value: Option<f64>,
}

impl TableCell {
    /// Nothing: what was not measured.
    pub(crate) fn empty() -> TableCell {
        TableCell::words(String::new())
    }

    /// Words alone, sorted as words.
    pub(crate) fn words(text: String) -> TableCell {
        TableCell { text, value: None }
    }

    /// A figure in words.
    pub(crate) fn of(text: String, value: f64) -> TableCell {
        TableCell { text, value: Some(value) }
    }
}
