//! A table: its columns are one list, and each medium has a writer that draws them.
//!
//! A [`Column`](column::Column) says what a row has in it, in words and as a value. The words make a [`Table`], which
//! `terminal`, `markdown` and `html` write. The values make CSV, which `csv` writes. Which columns a table has,
//! and in which order, is said where the table is made.

pub mod column;
pub(crate) mod csv;
pub(crate) mod html;
pub(crate) mod markdown;
pub mod terminal;
pub mod value;

/// A table in words.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Its anchor on a page.
    pub id: String,
    /// What stands above it.
    pub title: String,
    /// What is to be known before it is read.
    pub intro: String,
    /// How a page shows it.
    pub look: Look,
    /// What stands above each column.
    pub heads: Vec<Head>,
    /// A field per column in each row.
    pub rows: Vec<Vec<Field>>,
}

/// How a page shows a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Look {
    /// A click on a column's head sorts the rows.
    #[default]
    Sortable,
    /// The same, and the first field names its row, which charts may point at.
    SortableByName,
    /// The first field names its row.
    Plain,
    /// The same for many rows of a few words.
    Counts,
}

/// What stands above a column.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its words. A terminal shows them in lines, other media in one.
    pub title: String,
    /// On which side its fields stand.
    pub align: Align,
    /// How soon it gives way where there is no room: the highest rank first, 0 never.
    pub rank: u8,
    /// How Markdown shows its fields.
    pub markdown: Markup,
}

/// On which side of its column a field stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Align {
    /// Words.
    #[default]
    Left,
    /// Figures.
    Right,
}

/// How Markdown shows a field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Markup {
    /// As text, whatever is in it.
    #[default]
    Text,
    /// As code.
    Code,
    /// As it is: this program wrote all of it.
    Verbatim,
}

/// A field of a row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Field {
    /// Its words.
    pub text: String,
    /// The number behind them, by which a page sorts.
    pub number: Option<f64>,
    /// Files that belong to the row: what each is, and its name.
    pub links: Vec<(String, String)>,
    /// Whether the row has no such field at all. Markdown sets no blanks around it.
    pub missing: bool,
}

impl Head {
    /// A column of words under that title.
    pub fn new(title: impl Into<String>) -> Head {
        Head { title: title.into(), align: Align::Left, rank: 0, markdown: Markup::Text }
    }

    /// Its words in one line.
    pub fn line(&self) -> String {
        self.title.replace('\n', " ")
    }
}

impl Field {
    /// What a row has not.
    pub fn missing() -> Field {
        Field { missing: true, ..Field::default() }
    }
}

impl Table {
    /// The same table with an anchor, a title, and what is to be known of it.
    #[must_use]
    pub fn titled(self, id: impl Into<String>, title: impl Into<String>, intro: impl Into<String>) -> Table {
        Table { id: id.into(), title: title.into(), intro: intro.into(), ..self }
    }

    /// The same table as a page is to show it.
    #[must_use]
    pub fn looking(self, look: Look) -> Table {
        Table { look, ..self }
    }

    /// The columns with these numbers, as a table of their own.
    #[must_use]
    pub fn only(&self, columns: &[usize]) -> Table {
        let heads = columns.iter().filter_map(|at| self.heads.get(*at)).cloned().collect();
        let row = |row: &Vec<Field>| columns.iter().filter_map(|at| row.get(*at)).cloned().collect();
        let Table { id, title, intro, look, .. } = self.clone();
        Table { id, title, intro, look, heads, rows: self.rows.iter().map(row).collect() }
    }
}
