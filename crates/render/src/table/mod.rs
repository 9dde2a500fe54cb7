//! A table: its columns are one list, and each medium has a writer that draws them.
//!
//! A [`Column`](column::Column) gives a row's value and its text. The texts make a [`Table`], which `terminal`,
//! `markdown` and `html` write. The values make CSV, which `csv` writes. The file that makes a table decides which
//! columns it has, and in which order.

pub mod column;
pub(crate) mod csv;
pub(crate) mod html;
pub(crate) mod markdown;
pub mod terminal;
pub mod value;

/// A table of texts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Its anchor on a page.
    pub id: String,
    /// Its title.
    pub title: String,
    /// An explanation above it.
    pub intro: String,
    /// How a page shows it.
    pub look: Look,
    /// The header of each column.
    pub heads: Vec<Head>,
    /// A field per column in each row.
    pub rows: Vec<Vec<Field>>,
}

/// How a page shows a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Look {
    /// A click on a column's header sorts the rows.
    #[default]
    Sortable,
    /// The same, and the first field is the row's header, to which charts may refer.
    SortableByName,
    /// The first field is the row's header.
    Plain,
    /// The same, compact, for many rows with short texts.
    Counts,
}

/// The header of a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// Its text. A terminal shows it in lines, other media in one line.
    pub title: String,
    /// The alignment of its fields.
    pub align: Align,
    /// Which columns are omitted if there is no room: the highest rank first, 0 never.
    pub rank: u8,
    /// How Markdown shows its fields.
    pub markdown: Markup,
}

/// The alignment of a field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Align {
    /// Left: words.
    #[default]
    Left,
    /// Right: figures.
    Right,
}

/// How Markdown shows a field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Markup {
    /// As text, with everything escaped.
    #[default]
    Text,
    /// As code.
    Code,
    /// Unchanged: this program wrote all of it.
    Verbatim,
}

/// A field of a row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Field {
    /// Its text.
    pub text: String,
    /// The number that it shows, by which a page sorts.
    pub number: Option<f64>,
    /// Files that belong to the row: the kind and name of each.
    pub links: Vec<(String, String)>,
    /// Whether the row has no such field at all. Markdown writes no blanks around it.
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
    /// A field that a row does not have.
    pub fn missing() -> Field {
        Field { missing: true, ..Field::default() }
    }
}

impl Table {
    /// The same table with an anchor, a title, and an explanation.
    #[must_use]
    pub fn titled(self, id: impl Into<String>, title: impl Into<String>, intro: impl Into<String>) -> Table {
        Table { id: id.into(), title: title.into(), intro: intro.into(), ..self }
    }

    /// The same table with this look on a page.
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
