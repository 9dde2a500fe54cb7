//! A column: its title, and its value in each row.

use super::value::Value;
use super::{Align, Field, Head, Markup, Table};

/// A column of a table whose rows are made of `R`.
pub struct Column<'a, R> {
    /// Its name in lists of columns.
    name: String,
    head: Head,
    /// Its names in CSV: one, or three for a number with its interval. A column without names is not in CSV.
    csv: &'static [&'static str],
    /// Decimals in CSV; `None`: all.
    decimals: Option<usize>,
    value: Box<dyn Fn(&R) -> Value + 'a>,
    words: Words<'a, R>,
}

/// How a column's values become text.
enum Words<'a, R> {
    /// Unchanged.
    Plain,
    /// From the number alone.
    Number(fn(f64) -> String),
    /// From the number and both ends of its interval.
    Interval(fn(f64, f64, f64) -> String),
    /// From the whole row.
    Row(Box<dyn Fn(&R) -> String + 'a>),
}

impl<'a, R> Column<'a, R> {
    /// A column with that title, which may have several lines on a terminal. Its name in lists of columns is the title
    /// in one line.
    pub fn new<V: Into<Value>>(title: impl Into<String>, value: impl Fn(&R) -> V + 'a) -> Column<'a, R> {
        let head = Head::new(title);
        let value = Box::new(move |row: &R| value(row).into());
        Column { name: head.line(), head, csv: &[], decimals: None, value, words: Words::Plain }
    }

    /// A column that is only in CSV, under that name.
    pub fn csv_only<V: Into<Value>>(csv: &'static [&'static str], value: impl Fn(&R) -> V + 'a) -> Column<'a, R> {
        Column::new("", value).csv(csv)
    }

    /// The same with these names in CSV.
    #[must_use]
    pub fn csv(self, csv: &'static [&'static str]) -> Self {
        Column { csv, ..self }
    }

    /// The same with this many decimals in CSV.
    #[must_use]
    pub fn decimals(self, decimals: usize) -> Self {
        Column { decimals: Some(decimals), ..self }
    }

    /// The same with this name in lists of columns.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Column { name: name.to_owned(), ..self }
    }

    /// The same with that title.
    #[must_use]
    pub fn titled(self, title: impl Into<String>) -> Self {
        Column { head: Head { title: title.into(), ..self.head }, ..self }
    }

    /// The same, aligned to the right.
    #[must_use]
    pub fn right(self) -> Self {
        Column { head: Head { align: Align::Right, ..self.head }, ..self }
    }

    /// The same with that rank: on a narrow terminal, the highest ranks are omitted first, 0 never.
    #[must_use]
    pub fn rank(self, rank: u8) -> Self {
        Column { head: Head { rank, ..self.head }, ..self }
    }

    /// The same with this markup in Markdown.
    #[must_use]
    pub fn markdown(self, markdown: Markup) -> Self {
        Column { head: Head { markdown, ..self.head }, ..self }
    }

    /// The same, with its numbers formatted by this function.
    #[must_use]
    pub fn number(self, say: fn(f64) -> String) -> Self {
        Column { words: Words::Number(say), ..self }
    }

    /// The same, with its numbers and intervals formatted by this function.
    #[must_use]
    pub fn interval(self, say: fn(f64, f64, f64) -> String) -> Self {
        Column { words: Words::Interval(say), ..self }
    }

    /// The same, with the text made from the whole row.
    #[must_use]
    pub fn words(self, say: impl Fn(&R) -> String + 'a) -> Self {
        Column { words: Words::Row(Box::new(say)), ..self }
    }

    /// Its name in lists of columns.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its names in CSV.
    pub(crate) fn csv_names(&self) -> &'static [&'static str] {
        self.csv
    }

    /// Its fields in CSV for a row, one per name.
    pub(crate) fn csv_fields(&self, row: &R) -> impl Iterator<Item = String> {
        let text = |number: f64| match self.decimals {
            Some(decimals) => format!("{number:.decimals$}"),
            None => number.to_string(),
        };
        let fields = match (self.value)(row) {
            Value::None => Vec::new(),
            Value::Words(words) => vec![words],
            Value::Number(number) => vec![text(number)],
            Value::Interval { middle, low, high } => [middle, low, high].map(text).to_vec(),
        };
        fields.into_iter().chain(std::iter::repeat(String::new())).take(self.csv.len())
    }

    fn field(&self, row: &R) -> Field {
        let value = (self.value)(row);
        let text = match (&self.words, &value) {
            (Words::Row(say), _) => say(row),
            (_, Value::None) => String::new(),
            (_, Value::Words(words)) => words.clone(),
            (Words::Plain, Value::Number(number) | Value::Interval { middle: number, .. }) => number.to_string(),
            (Words::Number(say), Value::Number(number) | Value::Interval { middle: number, .. }) => say(*number),
            (Words::Interval(say), Value::Number(number)) => say(*number, *number, *number),
            (Words::Interval(say), Value::Interval { middle, low, high }) => say(*middle, *low, *high),
        };
        // Rows without text are not sorted by the number.
        let number = value.number().filter(|_| !text.is_empty());
        Field { text, number, ..Field::default() }
    }
}

/// The columns of these names, in this order.
pub fn pick<'a, R>(mut columns: Vec<Column<'a, R>>, names: &[&str]) -> Vec<Column<'a, R>> {
    let take = |name: &&str| Some(columns.swap_remove(columns.iter().position(|column| column.name == *name)?));
    names.iter().filter_map(take).collect()
}

/// The table of these columns and rows.
pub fn table<R>(columns: &[Column<'_, R>], rows: impl IntoIterator<Item = R>) -> Table {
    let row = |row: R| columns.iter().map(|column| column.field(&row)).collect();
    Table {
        heads: columns.iter().map(|column| column.head.clone()).collect(),
        rows: rows.into_iter().map(row).collect(),
        ..Table::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns<'a>() -> Vec<Column<'a, f64>> {
        vec![
            Column::new("name", |row: &f64| format!("n{row}")).csv(&["name"]),
            Column::new("its\nsize", |row: &f64| *row).number(|size| format!("{size:.1} m")).csv(&["m"]),
            Column::csv_only(&["half", "low", "high"], |row: &f64| row / 2.0).decimals(2),
        ]
    }

    #[test]
    fn a_row_has_words_and_the_numbers_behind_them() {
        let table = table(&pick(columns(), &["its size", "name", "of no column"]), [3.0]);
        assert_eq!(table.heads.iter().map(Head::line).collect::<Vec<_>>(), ["its size", "name"]);
        let field = |text: &str, number| Field { text: text.to_owned(), number, ..Field::default() };
        assert_eq!(table.rows, [[field("3.0 m", Some(3.0)), field("n3", None)]]);
    }

    #[test]
    fn a_number_without_an_interval_leaves_its_ends_empty() {
        let fields = |at: usize| columns()[at].csv_fields(&3.0).collect::<Vec<_>>();
        assert_eq!([fields(0), fields(1)].concat(), ["n3", "3"]);
        assert_eq!(fields(2), ["1.50", "", ""]);
    }
}
